"""Checks that ``test_instruction_sets.py`` runs once for each instruction set of the machine."""
