//! Chords and the commands that they mean, per context; the operator's own bindings; conflicts.
