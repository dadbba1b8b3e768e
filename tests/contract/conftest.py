"""The demo's servers, for the contracts they must keep."""

from demo.conftest import practice as demo_practice

__all__ = ["demo_practice"]
