//! What a value means: an answer, an order, a call of a tool.

use asfm_engine::{Side, StockId, Unreadable};

use super::node::{End, Node};
use super::scan::{self, shortened};
use super::{Ladder, Repairs, number};
use crate::model::decision::Wish;
use crate::model::reading::RepairCode;

/// So much of an unreadable order is kept.
const WORDS_MAX: usize = 200;

/// A field, and what else models call it, in small letters and without marks.
struct Field {
    name: &'static str,
    others: &'static [&'static str],
}

const REASON: Field = Field {
    name: "reason",
    others: &[
        "reasons",
        "reasoning",
        "rationale",
        "explanation",
        "analysis",
        "thought",
        "thoughts",
    ],
};
const ORDERS: Field = Field {
    name: "orders",
    others: &["order", "trades", "actions", "decisions", "operations", "toolcalls", "calls"],
};
const ACTION: Field =
    Field { name: "action", others: &["side", "operation", "type", "decision", "操作"] };
const STOCK: Field = Field {
    name: "stock",
    others: &[
        "stockcode",
        "code",
        "symbol",
        "ticker",
        "stocksymbol",
        "company",
        "股票",
        "股票代码",
    ],
};
const QUANTITY: Field =
    Field { name: "quantity", others: &["qty", "amount", "shares", "volume", "size", "数量"] };
const PRICE: Field = Field { name: "price", others: &["limitprice", "limit", "价格"] };
const NAME: Field = Field { name: "name", others: &["tool", "toolname", "functionname"] };
const ARGUMENTS: Field =
    Field { name: "arguments", others: &["parameters", "args", "params", "input"] };

const BUY: &[&str] = &["buy", "purchase", "bid", "buying", "买入", "买"];
const SELL: &[&str] = &["sell", "ask", "offer", "selling", "卖出", "卖"];
const HOLD: &[&str] =
    &["hold", "wait", "keep", "pass", "none", "nothing", "noaction", "holding", "持有"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Order(Side),
    Hold,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outline {
    /// All that a trader wants.
    Answer,
    /// A list of orders; if it stands in something else, it may be one of several.
    List,
    /// One order, or one call; likewise.
    Order,
}

/// What was found in a value that validates.
#[derive(Debug)]
pub(super) struct Shaped {
    pub(super) reason: Option<String>,
    pub(super) wishes: Vec<Wish>,
    pub(super) repairs: Repairs,
}

impl Shaped {
    /// Several single orders instead of one list.
    pub(super) fn several(&mut self) {
        self.repairs.remove(&RepairCode::SingleOrder);
        self.repairs.insert(RepairCode::SeveralOrders);
    }

    pub(super) fn append(&mut self, other: Self) {
        self.wishes.extend(other.wishes);
        let codes = other.repairs.into_iter().filter(|it| *it != RepairCode::SingleOrder);
        self.repairs.extend(codes);
    }
}

/// Puts an answer together.
pub(super) struct Shaper<'l> {
    ladder: &'l Ladder,
    tolerant: bool,
    pub(super) reason: Option<String>,
    wishes: Vec<Wish>,
    pub(super) repairs: Repairs,
}

impl<'l> Shaper<'l> {
    pub(super) fn strict(ladder: &'l Ladder) -> Self {
        let (reason, wishes, repairs) = (None, Vec::new(), Repairs::new());
        Self { ladder, tolerant: false, reason, wishes, repairs }
    }

    pub(super) fn tolerant(ladder: &'l Ladder) -> Self {
        Self { tolerant: true, ..Self::strict(ladder) }
    }

    pub(super) fn is_tolerant(&self) -> bool {
        self.tolerant
    }

    pub(super) fn done(self) -> Shaped {
        Shaped { reason: self.reason, wishes: self.wishes, repairs: self.repairs }
    }

    /// Takes whatever it is; an error has words if it looks like an answer.
    pub(super) fn value(&mut self, node: &Node) -> Result<Outline, Option<String>> {
        match node {
            Node::Object(members, _) if self.has(members, &ORDERS) => {
                self.answer(node).map(|()| Outline::Answer).map_err(Some)
            }
            Node::Object(members, _) if self.tolerant => {
                if self.is_order(members) || self.is_call(members) {
                    self.repairs.insert(RepairCode::SingleOrder);
                    self.element(node).map(|()| Outline::Order).map_err(Some)
                } else {
                    Err(None)
                }
            }
            Node::List(all, end) if self.tolerant && !all.is_empty() => {
                if !all.iter().all(|it| matches!(it, Node::Object(..))) {
                    return Err(None);
                }
                self.repairs.insert(RepairCode::BareList);
                self.list(all, *end).map(|()| Outline::List).map_err(Some)
            }
            _ => Err(None),
        }
    }

    /// Takes `{reason, orders}`.
    pub(super) fn answer(&mut self, node: &Node) -> Result<(), String> {
        let Node::Object(members, _) = node else {
            return Err("it is no JSON object".to_owned());
        };
        let [reason, orders] = self.fields(members, [&REASON, &ORDERS], "")?;
        self.reason = match reason {
            Some(Node::Text(it)) => Some(it.clone()),
            Some(_) if !self.tolerant => return Err("`reason` is no text".to_owned()),
            None => None,
            Some(it) => {
                self.repairs.insert(RepairCode::NoText);
                Some(it).filter(|it| **it != Node::Null).map(ToString::to_string)
            }
        };
        match orders {
            Some(Node::List(all, end)) => self.list(all, *end),
            Some(Node::Null) if self.tolerant => {
                self.repairs.insert(RepairCode::NoList);
                Ok(())
            }
            Some(it @ Node::Object(members, _)) if self.tolerant => {
                let code = if members.is_empty() {
                    RepairCode::NoList
                } else {
                    self.element(it)?;
                    RepairCode::SingleOrder
                };
                self.repairs.insert(code);
                Ok(())
            }
            Some(_) => Err("`orders` is no list".to_owned()),
            None => Err("`orders` is missing".to_owned()),
        }
    }

    fn list(&mut self, all: &[Node], end: End) -> Result<(), String> {
        let mut n_taken = 0;
        for (at, it) in all.iter().enumerate() {
            match self.element(it) {
                Ok(()) => n_taken += 1,
                // An order that was never finished was never asked for.
                Err(_) if is_cut(it) => {}
                Err(error) => return Err(format!("orders[{at}]: {error}")),
            }
        }
        if end == End::Cut && n_taken == 0 {
            return Err("it ends before the first order does".to_owned());
        }
        Ok(())
    }

    /// Takes one order, or one call where calls are written as text.
    fn element(&mut self, node: &Node) -> Result<(), String> {
        let Node::Object(members, end) = node else {
            return Err("it is no JSON object".to_owned());
        };
        if self.tolerant && self.is_call(members) {
            self.repairs.insert(RepairCode::CallAsText);
            return self.written_call(members);
        }
        let [action, stock, quantity, price] =
            self.fields(members, [&ACTION, &STOCK, &QUANTITY, &PRICE], "")?;
        let action = match action {
            Some(Node::Text(it)) => self.action(it)?,
            Some(it) => return Err(format!("`action` is {}", shortened(&it.to_string(), 40))),
            None => return Err("`action` is missing".to_owned()),
        };
        let Action::Order(side) = action else {
            return Ok(());
        };
        if *end == End::Cut && (stock.is_none() || quantity.is_none() || price.is_none()) {
            return Err("it is cut".to_owned());
        }
        self.order(side, [stock, quantity, price], node)
    }

    /// Whether this is one order: many things have a type, and are none.
    fn is_order(&self, members: &[(String, Node)]) -> bool {
        self.has(members, &ACTION)
            && (self.has(members, &STOCK) || members.iter().any(|it| plain(&it.0) == ACTION.name))
    }

    fn is_call(&self, members: &[(String, Node)]) -> bool {
        let is_function =
            |it: &(String, Node)| it.0 == "function" && matches!(it.1, Node::Object(..));
        members.iter().any(is_function) || self.has(members, &NAME) && self.has(members, &ARGUMENTS)
    }

    fn written_call(&mut self, members: &[(String, Node)]) -> Result<(), String> {
        if let Some((_, Node::Object(inner, _))) = members.iter().find(|it| it.0 == "function") {
            return self.written_call(inner);
        }
        let [name, arguments] = self.fields(members, [&NAME, &ARGUMENTS], "")?;
        let (Some(Node::Text(name)), Some(arguments)) = (name, arguments) else {
            return Err("a call has no name or no arguments".to_owned());
        };
        match arguments {
            Node::Text(text) => {
                let value = serde_json::Value::String(text.clone());
                let parsed = scan::arguments(&value, &mut self.repairs)?;
                self.call(name, &parsed)
            }
            it => self.call(name, it),
        }
    }

    /// Takes a call of a tool.
    pub(super) fn call(&mut self, name: &str, arguments: &Node) -> Result<(), String> {
        let Action::Order(side) = self.action(name)? else {
            return Ok(());
        };
        let Node::Object(members, end) = arguments else {
            return Err(format!("the arguments of `{}` are no JSON object", shortened(name, 40)));
        };
        let fields = self.fields(members, [&STOCK, &QUANTITY, &PRICE], " of a call")?;
        if *end == End::Cut && fields.iter().any(Option::is_none) {
            return Err("it is cut".to_owned());
        }
        self.order(side, fields, arguments)
    }

    /// Takes an order as it was asked for.
    fn order(
        &mut self,
        side: Side,
        [stock, quantity, price]: [Option<&Node>; 3],
        node: &Node,
    ) -> Result<(), String> {
        let stock = stock.and_then(|it| self.stock(it));
        let (qty, price) =
            (self.number(quantity, number::whole)?, self.number(price, number::units)?);
        let words = || shortened(&node.to_string(), WORDS_MAX);
        self.wishes.push(match (stock, qty, price) {
            (None, ..) => Wish::Unreadable { why: Unreadable::UnknownStock, words: words() },
            (Some(stock), Some(qty), Some(price)) => Wish::Order { stock, side, qty, price },
            _ => Wish::Unreadable { why: Unreadable::BadNumber, words: words() },
        });
        Ok(())
    }

    fn stock(&mut self, node: &Node) -> Option<StockId> {
        let Node::Text(code) = node else {
            return None;
        };
        self.ladder.stock(code, &mut self.repairs)
    }

    /// A number as an exact integer, or nothing if it is none that an order can have.
    fn number(
        &mut self,
        node: Option<&Node>,
        exact: impl Fn(&str) -> Option<i64>,
    ) -> Result<Option<i64>, String> {
        match node {
            Some(Node::Number(it)) => Ok(exact(it)),
            Some(Node::Text(_)) if !self.tolerant => Err("a number is a text".to_owned()),
            Some(Node::Text(it)) => {
                self.repairs.insert(RepairCode::NumberAsText);
                Ok(number::told(it, &mut self.repairs).and_then(|it| exact(&it)))
            }
            _ => Ok(None),
        }
    }

    fn action(&mut self, word: &str) -> Result<Action, String> {
        let side = side(word, self.tolerant, &mut self.repairs)?;
        Ok(side.map_or(Action::Hold, Action::Order))
    }

    fn has(&self, members: &[(String, Node)], field: &Field) -> bool {
        members.iter().any(|(key, _)| key == field.name || self.tolerant && field.is(key))
    }

    /// Finds fields by name, else by one of their other names; what is left over is an extra field.
    fn fields<'n, const N: usize>(
        &mut self,
        members: &'n [(String, Node)],
        wanted: [&Field; N],
        of: &str,
    ) -> Result<[Option<&'n Node>; N], String> {
        let mut found = [None; N];
        let mut used = 0;
        for (place, field) in found.iter_mut().zip(wanted) {
            let mut named = members.iter().filter(|it| it.0 == field.name);
            let mut one = (named.next(), named.next());
            if one.0.is_none() && self.tolerant {
                let mut others = members.iter().filter(|it| field.is(&it.0));
                one = (others.next(), others.next());
                if one.0.is_some() {
                    self.repairs.insert(RepairCode::FieldName);
                }
            }
            if one.1.is_some() {
                return Err(format!("`{}`{of} is given twice", field.name));
            }
            used += usize::from(one.0.is_some());
            *place = one.0.map(|it| &it.1);
        }
        if used < members.len() {
            if !self.tolerant {
                return Err("it has a field that was not asked for".to_owned());
            }
            self.repairs.insert(RepairCode::ExtraField);
        }
        Ok(found)
    }
}

/// The side of an order by the word for it; nothing to hold.
pub(super) fn side(
    word: &str,
    tolerant: bool,
    repairs: &mut Repairs,
) -> Result<Option<Side>, String> {
    match word {
        "buy" => return Ok(Some(Side::Buy)),
        "sell" => return Ok(Some(Side::Sell)),
        "hold" => return Ok(None),
        _ => {}
    }
    let plain = plain(word);
    let is = |words: &[&str]| tolerant && words.contains(&plain.as_str());
    let found = if is(BUY) {
        Some(Side::Buy)
    } else if is(SELL) {
        Some(Side::Sell)
    } else if is(HOLD) {
        None
    } else {
        let word = shortened(word, 40);
        return Err(format!("`{word}` is not an action; it is one of buy, sell, hold"));
    };
    repairs.insert(RepairCode::ActionName);
    Ok(found)
}

impl Field {
    /// Whether a key is this field's name, or another name of it, in other letters.
    fn is(&self, key: &str) -> bool {
        let key = plain(key);
        key == self.name || self.others.contains(&key.as_str())
    }
}

pub(super) fn is_cut(node: &Node) -> bool {
    matches!(node, Node::Object(_, End::Cut))
}

/// Small letters and digits only.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).take(40).collect()
}
