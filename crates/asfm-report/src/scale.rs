//! Numbers on axes.
