//! Finding boards, and sessions with them over any transport.
