"""Starts ministack with what AWS does and ministack leaves out; run as `python -m launcher`."""
