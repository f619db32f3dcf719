//! A limit order book and call auctions: orders in, trades out.
