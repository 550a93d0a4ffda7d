"""The report: one HTML file that shows what a network learned, with every number checked."""

from convolens.lens.report.check import Checked, CheckError, check_steps
from convolens.lens.report.conv_call import ConvCall, conv_calls
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.pixel import PixelExplanation, explain_pixel
from convolens.lens.report.steps import Step, record_steps
from convolens.lens.report.write import render_report, write_report

__all__ = [
    "CheckError",
    "Checked",
    "ConvCall",
    "PixelExplanation",
    "ReportInputs",
    "Step",
    "check_steps",
    "conv_calls",
    "explain_pixel",
    "record_steps",
    "render_report",
    "write_report",
]
