//! Who owns what: cash and shares, free and reserved.

use asfm_book::Side;
use rayon::prelude::*;

use crate::event::Trade;
use crate::listing::Outcome;
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

    /// Carries the trades and ends of a stage into the accounts.
    ///
    /// Each piece of the accounts is changed by one thread, which reads all that happened and
    /// takes what concerns its traders: sums of integers come out the same in any order.
    pub(crate) fn carry_out(&mut self, outcomes: &[Outcome]) {
        let fees = outcomes.iter().flat_map(|it| &it.trades);
        self.collected += fees.map(|it| it.buyer_fee + it.seller_fee).sum();
        let from = vec![0; outcomes.len()];
        self.in_parts(outcomes, |part| {
            for outcome in outcomes {
                for (trade, released) in outcome.trades.iter().zip(&outcome.released) {
                    part.trade(trade, *released);
                }
            }
            part.release(outcomes, &from);
        });
    }

    /// Frees what orders that ended had reserved; for each stock, from the end at `from` on.
    pub(crate) fn release(&mut self, outcomes: &[Outcome], from: &[usize]) {
        self.in_parts(outcomes, |part| part.release(outcomes, from));
    }

    fn in_parts(&mut self, outcomes: &[Outcome], act: impl Fn(&mut Part<'_>) + Sync + Send) {
        let n_events: usize = outcomes.iter().map(|it| it.trades.len() + it.ends.len()).sum();
        if n_events < 4096 {
            self.parts(1).iter_mut().for_each(act);
        } else {
            self.parts(rayon::current_num_threads()).par_iter_mut().for_each(act);
        }
    }

    fn parts(&mut self, n_parts: usize) -> Vec<Part<'_>> {
        let traders = self.wallets.len().div_ceil(n_parts).max(1);
        let (stocks, cells) = (self.stocks, traders * self.stocks);
        let mut unsettled = self.unsettled.chunks_mut(cells);
        self.wallets
            .chunks_mut(traders)
            .zip(self.held.chunks_mut(cells))
            .zip(self.reserved.chunks_mut(cells))
            .enumerate()
            .map(|(at, ((wallets, held), reserved))| Part {
                first: at * traders,
                stocks,
                wallets,
                held,
                reserved,
                unsettled: unsettled.next().unwrap_or_default(),
            })
            .collect()
    }

    pub(crate) fn pay_in(&mut self, trader: TraderId, amount: Cash) {
        self.wallets[trader.index()].cash += amount;
        self.paid_in += amount;
    }

    pub(crate) fn settle_day(&mut self) {
        self.unsettled.fill(0);
    }
}

/// The accounts of some consecutive traders, to be changed by what happened.
struct Part<'l> {
    first: usize,
    stocks: usize,
    wallets: &'l mut [Wallet],
    held: &'l mut [u64],
    reserved: &'l mut [u64],
    unsettled: &'l mut [u64],
}

impl Part<'_> {
    /// The place of a trader, if it is one of these.
    #[inline]
    fn place(&self, trader: TraderId) -> Option<usize> {
        trader.index().checked_sub(self.first).filter(|it| *it < self.wallets.len())
    }

    /// The buyer pays, of what had been reserved; the seller delivers reserved shares.
    #[inline]
    fn trade(&mut self, trade: &Trade, released: Cash) {
        let shares = u64::from(trade.qty);
        if let Some(buyer) = self.place(trade.buyer) {
            let wallet = &mut self.wallets[buyer];
            wallet.cash -= trade.value() + trade.buyer_fee;
            wallet.reserved -= released;
            let at = buyer * self.stocks + trade.stock.index();
            self.held[at] += shares;
            if let Some(unsettled) = self.unsettled.get_mut(at) {
                *unsettled += shares;
            }
        }
        if let Some(seller) = self.place(trade.seller) {
            self.wallets[seller].cash += trade.value() - trade.seller_fee;
            let at = seller * self.stocks + trade.stock.index();
            self.held[at] -= shares;
            self.reserved[at] -= shares;
        }
    }

    fn release(&mut self, outcomes: &[Outcome], from: &[usize]) {
        for (outcome, from) in outcomes.iter().zip(from) {
            for (end, freed) in outcome.ends.iter().zip(&outcome.freed).skip(*from) {
                let (Some(freed), Some(place)) = (freed, self.place(end.trader)) else { continue };
                match end.side {
                    Side::Buy => self.wallets[place].reserved -= *freed,
                    Side::Sell => {
                        let at = place * self.stocks + end.stock.index();
                        self.reserved[at] -= u64::from(end.qty);
                    }
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
