//! Orders as a model writes them.

use std::fmt::Write as _;

use serde_json::json;

use super::draw::Draw;
use super::market::Stock;
use crate::question::Question;
use crate::reply::{Call, Said};

/// An order; numbers are as written, with their quotes where they have any.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) action: String,
    pub(super) stock: String,
    pub(super) quantity: String,
    pub(super) price: String,
    /// Further keys, each with a comma before it.
    pub(super) more: String,
}

/// What nobody names a price for costs about this, in cents.
const PRICE: u32 = 1000;

impl Order {
    /// An order that an exchange may well take; a price is written as the question wants it, or
    /// either as a text or as a number.
    pub(super) fn good(stocks: &[Stock], question: &Question, draw: &mut Draw) -> Self {
        let unnamed = [Stock { code: "EN001".to_owned(), cents: None }];
        let stocks = if stocks.is_empty() { &unnamed } else { stocks };
        let stock = &stocks[draw.below(stocks.len())];
        let about = stock.cents.unwrap_or(PRICE);
        // Within 3 % of the last price.
        let cents =
            about - about * 3 / 100 + u32::try_from(draw.below(7)).unwrap_or(3) * about / 100;
        let quote = if question.price_is_text.unwrap_or(draw.below(2) == 0) { "\"" } else { "" };
        Self {
            action: draw.pick(&["buy", "sell"]).to_owned(),
            stock: stock.code.clone(),
            quantity: (1 + draw.below(5)).to_string(),
            price: format!("{quote}{}.{:02}{quote}", cents / 100, cents % 100),
            more: String::new(),
        }
    }

    /// The order as the arguments of a tool.
    fn arguments(&self) -> String {
        let Self { stock, quantity, price, more, .. } = self;
        format!(r#"{{"stock":{},"quantity":{quantity},"price":{price}{more}}}"#, json!(stock))
    }

    fn json(&self) -> String {
        let Self { action, stock, quantity, price, more } = self;
        let (action, stock) = (json!(action), json!(stock));
        format!(
            r#"{{"action":{action},"stock":{stock},"quantity":{quantity},"price":{price}{more}}}"#
        )
    }
}

/// The answer with these orders as a text, in the form that is asked for.
pub(super) fn text(reason: &str, orders: &[Order]) -> String {
    let mut text = format!(r#"{{"reason":{},"orders":["#, json!(reason));
    for (at, order) in orders.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = write!(text, "{}{}", if at > 0 { "," } else { "" }, order.json());
    }
    text + "]}"
}

/// The answer with these orders as calls of tools; no order is a call of `hold`.
pub(super) fn calls(orders: &[Order]) -> Said {
    let call = |order: &Order| Call { name: order.action.clone(), arguments: order.arguments() };
    if orders.is_empty() {
        let hold = Call { name: "hold".to_owned(), arguments: "{}".to_owned() };
        return Said::calls(vec![hold]);
    }
    Said::calls(orders.iter().map(call).collect())
}

/// The answer with these orders, as calls if there are tools and as a text if there are none.
pub(super) fn say(question: &Question, reason: &str, orders: &[Order]) -> Said {
    if question.tools.is_empty() { Said::text(text(reason, orders)) } else { calls(orders) }
}
