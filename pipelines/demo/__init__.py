"""`sevens demo`: the main job without an account. Simulated vendors are loaded, changed, and loaded again."""

from pipelines.demo.show import show

__all__ = ["show"]
