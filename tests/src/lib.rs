//! Whole-program and foreign-suite test harnesses.
