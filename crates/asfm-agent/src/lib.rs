//! Turns what a trader sees into a decision: rules now, behind the interface of a session.
