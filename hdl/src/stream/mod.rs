//! Stream blocks with valid/ready handshake.
