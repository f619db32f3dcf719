//! Who owns what: cash and shares, free and reserved.

use asfm_book::Side;

use crate::parallel::{LARGE, both};
use crate::register::Outcome;
use crate::units::{Cash, StockId, TraderId};

/// The cash of one trader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wallet {
    /// What is owned.
    pub cash: Cash,
    /// The part of it that is reserved for unmatched buy orders.
    ///
    /// Invariant: never more than `cash`.
    pub reserved: Cash,
}

impl Wallet {
    /// What can be spent.
    pub fn free(&self) -> Cash {
        self.cash - self.reserved
    }
}

/// The accounts of all traders.
///
/// Invariant: trades move cash and shares between accounts and create neither; only declared
/// payments (dividends, interest) add cash, and fees move it to the exchange's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    stocks: usize,
    wallets: Vec<Wallet>,
    /// For each trader, one number per stock: what is owned.
    held: Vec<u64>,
    /// Likewise: the part that is reserved for unmatched sell orders.
    reserved: Vec<u64>,
    /// Likewise, under T+1: the part that was bought today; empty otherwise.
    unsettled: Vec<u64>,
    collected: Cash,
    paid_in: Cash,
}

impl Ledger {
    pub(crate) fn new(stocks: usize, endowments: Vec<(Cash, Vec<u64>)>, next_day: bool) -> Self {
        let traders = endowments.len();
        let mut wallets = Vec::with_capacity(traders);
        let mut held = Vec::with_capacity(traders * stocks);
        for (cash, shares) in endowments {
            wallets.push(Wallet { cash, reserved: Cash(0) });
            held.extend(shares);
        }
        let reserved = vec![0; held.len()];
        let unsettled = if next_day { vec![0; held.len()] } else { Vec::new() };
        Self { stocks, wallets, held, reserved, unsettled, collected: Cash(0), paid_in: Cash(0) }
    }

    #[inline]
    fn at(&self, trader: TraderId, stock: StockId) -> usize {
        trader.index() * self.stocks + stock.index()
    }

    /// The cash of a trader.
    #[inline]
    pub fn wallet(&self, trader: TraderId) -> Wallet {
        self.wallets[trader.index()]
    }

    /// The shares of a stock that a trader owns, reserved ones included.
    #[inline]
    pub fn shares(&self, trader: TraderId, stock: StockId) -> u64 {
        self.held[self.at(trader, stock)]
    }

    /// The shares of a stock that a trader may offer now.
    #[inline]
    pub fn shares_free(&self, trader: TraderId, stock: StockId) -> u64 {
        let at = self.at(trader, stock);
        self.held[at] - self.reserved[at] - self.unsettled.get(at).copied().unwrap_or(0)
    }

    /// All cash of traders and of the exchange, less what was paid in: constant during a run.
    ///
    /// # Panics
    ///
    /// If the sum of the traders' cash exceeds what a scenario may start with.
    pub fn total_cash(&self) -> Cash {
        self.wallets.iter().map(|it| it.cash).sum::<Cash>() + self.collected - self.paid_in
    }

    /// All shares of a stock: constant during a run.
    pub fn total_shares(&self, stock: StockId) -> u64 {
        self.held.iter().skip(stock.index()).step_by(self.stocks).sum()
    }

    /// What the exchange has collected in fees and taxes.
    pub fn collected(&self) -> Cash {
        self.collected
    }

    /// What was paid in by dividends and interest.
    pub fn paid_in(&self) -> Cash {
        self.paid_in
    }

    /// All traders' cash, in the order of their numbers.
    pub fn wallets(&self) -> &[Wallet] {
        &self.wallets
    }

    /// All traders' shares: for each trader, one number per stock.
    pub fn holdings(&self) -> &[u64] {
        &self.held
    }

    /// The accounts in pieces of `traders` consecutive traders, to be judged side by side.
    pub(crate) fn pieces(&mut self, traders: usize) -> Vec<Piece<'_>> {
        let (stocks, cells) = (self.stocks, traders * self.stocks);
        let mut unsettled = self.unsettled.chunks(cells);
        self.wallets
            .chunks_mut(traders)
            .zip(self.held.chunks(cells))
            .zip(self.reserved.chunks_mut(cells))
            .enumerate()
            .map(|(at, ((wallets, held), reserved))| Piece {
                first: at * traders,
                stocks,
                wallets,
                held,
                reserved,
                unsettled: unsettled.next().unwrap_or(&[]),
            })
            .collect()
    }

    /// Carries the trades and ends of a stage into the accounts; cash and shares side by side where
    /// there is much.
    pub(crate) fn carry_out(&mut self, outcomes: &[Outcome]) {
        let from = vec![0; outcomes.len()];
        let (mut cash, mut shares) = self.accounts();
        let pay = || {
            for it in outcomes {
                cash.carry_out(it);
            }
            cash.release(outcomes, &from);
        };
        let deliver = || {
            for it in outcomes {
                shares.carry_out(it);
            }
            shares.release(outcomes, &from);
        };
        let n_events: usize = outcomes.iter().map(|it| it.trades.len() + it.ends.len()).sum();
        both(n_events >= LARGE, pay, deliver);
    }

    /// Frees what orders that ended had reserved; for each stock, from the end at `from` on.
    pub(crate) fn release(&mut self, outcomes: &[Outcome], from: &[usize]) {
        let (mut cash, mut shares) = self.accounts();
        let n_events: usize = outcomes.iter().map(|it| it.ends.len()).sum();
        let free_cash = || cash.release(outcomes, from);
        both(n_events >= LARGE, free_cash, || shares.release(outcomes, from));
    }

    fn accounts(&mut self) -> (CashAccounts<'_>, ShareAccounts<'_>) {
        let Self { stocks, wallets, held, reserved, unsettled, collected, .. } = self;
        let shares = ShareAccounts { stocks: *stocks, held, reserved, unsettled };
        (CashAccounts { wallets, collected }, shares)
    }

    pub(crate) fn pay_in(&mut self, trader: TraderId, amount: Cash) {
        self.wallets[trader.index()].cash += amount;
        self.paid_in += amount;
    }

    pub(crate) fn settle_day(&mut self) {
        self.unsettled.fill(0);
    }
}

/// The cash of all traders and what the exchange collects, to be changed by what happened.
struct CashAccounts<'l> {
    wallets: &'l mut [Wallet],
    collected: &'l mut Cash,
}

impl CashAccounts<'_> {
    /// Buyers pay, of what had been reserved, and sellers are paid.
    fn carry_out(&mut self, outcome: &Outcome) {
        for (trade, released) in outcome.trades.iter().zip(&outcome.released) {
            let buyer = &mut self.wallets[trade.buyer.index()];
            buyer.cash -= trade.value() + trade.buyer_fee;
            buyer.reserved -= *released;
            self.wallets[trade.seller.index()].cash += trade.value() - trade.seller_fee;
            *self.collected += trade.buyer_fee + trade.seller_fee;
        }
    }

    fn release(&mut self, outcomes: &[Outcome], from: &[usize]) {
        for (outcome, from) in outcomes.iter().zip(from) {
            for (end, freed) in outcome.ends.iter().zip(&outcome.freed).skip(*from) {
                if let (Side::Buy, Some(freed)) = (end.side, freed) {
                    self.wallets[end.trader.index()].reserved -= *freed;
                }
            }
        }
    }
}

/// The shares of all traders, to be changed by what happened.
struct ShareAccounts<'l> {
    stocks: usize,
    held: &'l mut [u64],
    reserved: &'l mut [u64],
    unsettled: &'l mut [u64],
}

impl ShareAccounts<'_> {
    /// Sellers deliver reserved shares, and buyers receive them.
    fn carry_out(&mut self, outcome: &Outcome) {
        for trade in &outcome.trades {
            let shares = u64::from(trade.qty);
            let to = trade.buyer.index() * self.stocks + trade.stock.index();
            self.held[to] += shares;
            if let Some(unsettled) = self.unsettled.get_mut(to) {
                *unsettled += shares;
            }
            let from = trade.seller.index() * self.stocks + trade.stock.index();
            self.held[from] -= shares;
            self.reserved[from] -= shares;
        }
    }

    fn release(&mut self, outcomes: &[Outcome], from: &[usize]) {
        for (outcome, from) in outcomes.iter().zip(from) {
            for (end, freed) in outcome.ends.iter().zip(&outcome.freed).skip(*from) {
                if let (Side::Sell, Some(_)) = (end.side, freed) {
                    let at = end.trader.index() * self.stocks + end.stock.index();
                    self.reserved[at] -= u64::from(end.qty);
                }
            }
        }
    }
}

/// The accounts of some consecutive traders.
pub(crate) struct Piece<'l> {
    pub(crate) first: usize,
    stocks: usize,
    wallets: &'l mut [Wallet],
    held: &'l [u64],
    reserved: &'l mut [u64],
    unsettled: &'l [u64],
}

impl Piece<'_> {
    #[inline]
    fn at(&self, trader: TraderId, stock: StockId) -> usize {
        (trader.index() - self.first) * self.stocks + stock.index()
    }

    pub(crate) fn traders(&self) -> usize {
        self.wallets.len()
    }

    #[inline]
    pub(crate) fn cash_free(&self, trader: TraderId) -> Cash {
        self.wallets[trader.index() - self.first].free()
    }

    #[inline]
    pub(crate) fn shares_free(&self, trader: TraderId, stock: StockId) -> u64 {
        let at = self.at(trader, stock);
        self.held[at] - self.reserved[at] - self.unsettled.get(at).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn reserve_cash(&mut self, trader: TraderId, amount: Cash) {
        self.wallets[trader.index() - self.first].reserved += amount;
    }

    #[inline]
    pub(crate) fn reserve_shares(&mut self, trader: TraderId, stock: StockId, shares: u64) {
        let at = self.at(trader, stock);
        self.reserved[at] += shares;
    }

    pub(crate) fn release_cash(&mut self, trader: TraderId, amount: Cash) {
        self.wallets[trader.index() - self.first].reserved -= amount;
    }

    pub(crate) fn release_shares(&mut self, trader: TraderId, stock: StockId, shares: u64) {
        let at = self.at(trader, stock);
        self.reserved[at] -= shares;
    }
}
