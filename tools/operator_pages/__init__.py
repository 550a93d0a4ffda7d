"""Writes docs/operators: a page for each operator, made from the operator itself.

python -m tools.operator_pages           writes the pages
python -m tools.operator_pages --check   says which pages are not what would be written
"""
