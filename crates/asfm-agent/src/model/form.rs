//! The form that an answer must take: tools, a schema, or words; the same for all traders of a run,
//! so that a server prepares it once.

use std::sync::Arc;

use asfm_chat::{Form, FormKind, Schema, Tool};
use serde_json::{Value, json};

use crate::model::ladder::ORDERS_MAX;

/// What the forms depend on.
pub(crate) struct Limits<'c> {
    /// The stock codes, sorted.
    pub(crate) codes: &'c [&'c str],
    /// The most orders that the exchange could accept of one trader in one day.
    pub(crate) orders: usize,
    pub(crate) reason_characters: u32,
}

pub(crate) fn form(kind: FormKind, limits: &Limits<'_>) -> Form {
    match kind {
        FormKind::Text => Form::Text,
        FormKind::Schema => {
            let schema = answer(limits);
            Form::Schema(Arc::new(Schema { name: "decision".to_owned(), schema }))
        }
        FormKind::Tools => Form::Tools(tools(limits).into()),
    }
}

fn tools(limits: &Limits<'_>) -> [Tool; 3] {
    let of = |name: &str, description: &str, properties: Value, required: Value| Tool {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        }),
    };
    let order = || json!({ "stock": stock(limits), "quantity": quantity(), "price": price() });
    let required = || json!(["stock", "quantity", "price"]);
    [
        of(
            "buy",
            "Order shares at a limit price: you pay this price or less.",
            order(),
            required(),
        ),
        of(
            "sell",
            "Offer shares at a limit price: you get this price or more.",
            order(),
            required(),
        ),
        of("hold", "Place no order in this stage.", json!({}), json!([])),
    ]
}

/// The reason comes first: a model that gives it afterwards only justifies what it said.
fn answer(limits: &Limits<'_>) -> Value {
    json!({
        "type": "object",
        "properties": {
            "reason": { "type": "string", "maxLength": limits.reason_characters },
            "orders": {
                "type": "array",
                "maxItems": limits.orders.min(ORDERS_MAX),
                "items": {
                    "type": "object",
                    "properties": {
                        "action": { "type": "string", "enum": ["buy", "sell", "hold"] },
                        "stock": stock(limits),
                        "quantity": quantity(),
                        "price": price(),
                    },
                    "required": ["action", "stock", "quantity", "price"],
                    "additionalProperties": false,
                },
            },
        },
        "required": ["reason", "orders"],
        "additionalProperties": false,
    })
}

fn stock(limits: &Limits<'_>) -> Value {
    json!({ "type": "string", "enum": limits.codes })
}

fn quantity() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn price() -> Value {
    json!({ "type": "number", "minimum": 0 })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn properties_keep_their_order() {
        let limits = Limits { codes: &["EN001", "MA002"], orders: 4, reason_characters: 240 };
        assert_snapshot!(answer(&limits).to_string(), @r#"{"type":"object","properties":{"reason":{"type":"string","maxLength":240},"orders":{"type":"array","maxItems":4,"items":{"type":"object","properties":{"action":{"type":"string","enum":["buy","sell","hold"]},"stock":{"type":"string","enum":["EN001","MA002"]},"quantity":{"type":"integer","minimum":0},"price":{"type":"number","minimum":0}},"required":["action","stock","quantity","price"],"additionalProperties":false}}},"required":["reason","orders"],"additionalProperties":false}"#);
        let Form::Tools(tools) = form(FormKind::Tools, &limits) else {
            panic!("tools were asked for");
        };
        let shown: Vec<String> =
            tools.iter().map(|it| format!("{}: {}", it.name, it.parameters)).collect();
        assert_snapshot!(shown.join("\n"), @r#"
        buy: {"type":"object","properties":{"stock":{"type":"string","enum":["EN001","MA002"]},"quantity":{"type":"integer","minimum":0},"price":{"type":"number","minimum":0}},"required":["stock","quantity","price"],"additionalProperties":false}
        sell: {"type":"object","properties":{"stock":{"type":"string","enum":["EN001","MA002"]},"quantity":{"type":"integer","minimum":0},"price":{"type":"number","minimum":0}},"required":["stock","quantity","price"],"additionalProperties":false}
        hold: {"type":"object","properties":{},"required":[],"additionalProperties":false}
        "#);
    }
}
