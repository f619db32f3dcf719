//! The book does and says what the model does and says, command by command.

use asfm_book::{Book, Level, Order, Side};
use proptest::prelude::*;

use crate::command::{Case, Play, case, cases};
use crate::model::Model;

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn short_streams(case in case(60)) {
        check(&case)?;
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn long_streams(case in case(600)) {
        check(&case)?;
    }
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let mut book = Book::new(case.options);
    let mut model = Model::new(case.options);
    for (index, &command) in case.commands.iter().enumerate() {
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        let answer = book.play(command, &mut said);
        prop_assert_eq!(answer, model.play(command, &mut expected), "{}: {:?}", index, command);
        prop_assert_eq!(said, expected, "{}: {:?}", index, command);
        prop_assert_eq!(book.is_collecting(), model.is_collecting());
        for side in Side::BOTH {
            let orders: Vec<Order> = book.orders(side).collect();
            prop_assert_eq!(&orders, &model.orders(side), "{}: {:?}", index, command);
            let levels: Vec<Level> = book.levels(side).collect();
            prop_assert_eq!(&levels, &summed(&orders), "{}: {:?}", index, command);
            prop_assert_eq!(book.best(side), levels.first().copied());
        }
    }
    for id in model.live() {
        let shown = book.order(id);
        prop_assert!(shown.is_some_and(|it| model.orders(it.side).contains(&it)), "{}", id);
    }
    Ok(())
}

/// The levels of orders in priority.
pub(crate) fn summed(orders: &[Order]) -> Vec<Level> {
    orders
        .chunk_by(|one, other| one.price == other.price)
        .map(|level| Level {
            price: level[0].price,
            qty: level.iter().map(|order| u64::from(order.qty.get())).sum(),
        })
        .collect()
}
