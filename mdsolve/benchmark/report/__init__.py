"""Results of a race as tables in a terminal, and as one page that needs nothing else."""

from mdsolve.benchmark.report.page import page, write_page
from mdsolve.benchmark.report.results import Results, read_results
from mdsolve.benchmark.report.tables import Table, tables

__all__ = ["Results", "Table", "page", "read_results", "tables", "write_page"]
