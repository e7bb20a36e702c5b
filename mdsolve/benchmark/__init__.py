"""Problems whose optima are proved, and a race of solvers in which only verified answers count."""
