//! What is said and shown, as rows and back.

use std::iter::once;

use asfm_engine::{Belief, Exposure, RoundLog, Statement};

use crate::body::{Body, ROWS};
use crate::code::{self, checksum, whole};
use crate::decode::{Read, Record};
use crate::seal;
use crate::table::{Cell, Sink, Table};

use Cell::{Int, Null, Text};

/// The place of a post's number among the columns.
const POST: usize = 5;
/// The place of the first point of a belief.
const BELIEF: usize = 7;
/// The place of the checksum.
const SUM: usize = 12;
/// The place of the text, the last column.
const TEXT: usize = 13;

/// Emits what was said in a round; posts are numbered as the exchange numbers them.
pub(crate) fn statements<S: Sink>(
    when: (i64, i64),
    log: &RoundLog,
    sink: &mut S,
) -> Result<(), S::Error> {
    let mut next = i64::from(log.first_post.0);
    for (seq, it) in (0..).zip(&log.statements) {
        let mut cells = [Null; TEXT + 1];
        cells[0] = Int(when.0);
        cells[1] = Int(when.1);
        cells[2] = Int(seq);
        cells[3] = Int(i64::from(it.trader.number()));
        cells[4] = Text(it.speech.word());
        if it.speech.is_post() {
            cells[POST] = Int(next);
            next += 1;
        }
        cells[6] = Cell::maybe(it.speech.about().map(|it| i64::from(it.0)));
        if let Some(belief) = it.belief {
            cells[BELIEF..SUM].copy_from_slice(&belief.points().map(|it| Int(i64::from(it))));
        }
        cells[TEXT] = Text(&it.text);
        let summed = cells[..SUM].iter().chain(once(&cells[TEXT]));
        cells[SUM] = Int(seal::row(summed.map(|it| it.value())));
        sink.row(Table::Statements, &cells)?;
    }
    Ok(())
}

/// Reads what was said; `posts` holds the numbers of the first post and of the next one, once there
/// is a first.
pub(crate) fn statement(it: &Record<'_>, posts: &mut Option<[i64; 2]>) -> Read<Statement> {
    let sum = seal::row((0..SUM).chain(once(TEXT)).map(|at| it.value(at)));
    if it.int(SUM)? != sum {
        return Err(it.damage(SUM, &format!("{sum}, the checksum of the row")));
    }
    let about = match it.maybe(6)? {
        None => None,
        Some(_) => Some(it.number(6, "the number of a post", code::post)?),
    };
    let speech = code::speech(it.text(4)?, about);
    let speech = speech.ok_or_else(|| it.damage(4, "what can be said about a post, or of none"))?;
    match (it.maybe(POST)?, speech.is_post()) {
        (None, false) => {}
        (Some(number), true) => {
            let [_, next] = posts.get_or_insert([number; 2]);
            if number != *next {
                return Err(it.damage(POST, &format!("{next}, the next number")));
            }
            *next = next.saturating_add(1);
        }
        (_, true) => return Err(it.damage(POST, "the number of a post")),
        (_, false) => return Err(it.damage(POST, "nothing, because it is no post")),
    }
    Ok(Statement {
        trader: it.number(3, "the number of a trader", code::trader)?,
        speech,
        belief: belief(it)?,
        text: it.text(TEXT)?.to_owned(),
    })
}

/// Reads what the speaker believes: all five points or none.
fn belief(it: &Record<'_>) -> Read<Option<Belief>> {
    let is_told = it.maybe(BELIEF)?.is_some();
    let mut points = [0; 5];
    for (at, to) in (BELIEF..SUM).zip(&mut points) {
        if !is_told {
            if it.maybe(at)?.is_some() {
                return Err(it.damage(at, "nothing, as in the first of the five"));
            }
            continue;
        }
        let read = |it| u8::try_from(it).ok().filter(|it| *it <= 100);
        *to = it.number(at, "points from 0 to 100", read)?;
    }
    Ok(is_told.then(|| Belief::of(points)))
}

/// Emits who was shown what.
pub(crate) fn exposures<S: Sink>(
    when: (i64, i64),
    shown: &[Exposure],
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    for (part, some) in (0..).zip(shown.chunks(ROWS)) {
        body.start();
        for it in some {
            body.open(2);
            body.count(u64::from(it.trader.number()));
            body.count(u64::from(it.post.0));
            body.close();
        }
        let first = Int(part * whole(ROWS) + 1);
        let (rows, text) = (Int(whole(body.rows())), body.end());
        let sum = Int(checksum(text));
        let cells = [Int(when.0), Int(when.1), Int(part), first, rows, sum, Text(text)];
        sink.row(Table::Exposures, &cells)?;
    }
    Ok(())
}

/// Reads who was shown what.
pub(crate) fn exposure(row: &[i64]) -> Option<Exposure> {
    let &[trader, post] = row else {
        return None;
    };
    Some(Exposure { trader: code::trader(trader)?, post: code::post(post)? })
}
