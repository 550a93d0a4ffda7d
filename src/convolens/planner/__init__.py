"""Plans of networks: what they compute, decided once and run many times."""

from convolens.planner.compiled import CompiledNetwork, compile
from convolens.planner.plan import Plan, PlannedStep

__all__ = ["CompiledNetwork", "Plan", "PlannedStep", "compile"]
