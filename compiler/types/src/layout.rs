//! Sizes, alignments, offsets and pointer masks of types without type parameters.
