//! The layout, and the only place that sees all of the core while drawing.
