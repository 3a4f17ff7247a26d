"""The KPI dashboard of Taiwan's digital-learning programmes: from messy school exports to figures one can trust."""

__version__ = "0.1.0"
