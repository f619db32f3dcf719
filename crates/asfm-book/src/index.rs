use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::num::{NonZeroU32, NonZeroU64};

use crate::slab::Slot;
use crate::{OrderId, Refusal, Side};

/// An order id in 32 bits: the id itself if it is in the table, else the number of a stray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name(NonZeroU32);

/// Which ids the book has seen, and where their orders rested last.
///
/// Ids from 1 to a few times the number of ids seen are looked up in a table, four bytes each;
/// the others are strays, found through a hash map. A place is not taken back when the order
/// dies: whoever looks there sees that the slot has another name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    places: Vec<Place>,
    strays: Vec<Stray>,
    numbers: HashMap<u64, u32, BuildHasherDefault<Mixer>>,
    n_seen: usize,
}

/// What is known of an id: 0 nothing, 1 that it was seen, else a slot and a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place(u32);

#[derive(Clone, Copy, Debug)]
struct Stray {
    id: OrderId,
    place: Place,
}

/// The finalizer of `SplitMix64`: ids are integers, and the map is never iterated.
#[derive(Clone, Copy, Debug, Default)]
struct Mixer(u64);

impl Name {
    const STRAY: u32 = 1 << 31;

    /// No order has this name.
    pub(crate) const NOBODY: Self = Self(NonZeroU32::MAX);

    /// The name of an id that is small enough for the table.
    #[inline]
    fn in_table(id: OrderId) -> Option<Self> {
        let id = u32::try_from(id.get()).ok().and_then(NonZeroU32::new)?;
        if id.get() < Self::STRAY { Some(Self(id)) } else { None }
    }

    /// The index of a name in the table.
    #[inline]
    fn index(self) -> usize {
        self.0.get() as usize
    }

    fn stray(number: usize) -> Self {
        let number = u32::try_from(number).expect("strays are counted in 31 bits");
        Self(NonZeroU32::new(Self::STRAY | number).expect("one bit is set"))
    }
}

impl Ids {
    /// Ids up to here are in the table however few there are.
    const TABLE_MIN: usize = 4096;
    const STRAYS_MAX: usize = (1 << 31) - 2;

    pub(crate) fn is_known(&self, id: OrderId) -> bool {
        self.name(id).is_some()
    }

    /// Takes in an id that is not known.
    #[inline]
    pub(crate) fn insert(&mut self, id: OrderId) -> Result<Name, Refusal> {
        if let Some(name) = Name::in_table(id)
            && let Some(place) = self.places.get_mut(name.index())
            && self.strays.is_empty()
        {
            if *place != Place::NEVER {
                return Err(Refusal::RepeatedId);
            }
            *place = Place::SEEN;
            self.n_seen += 1;
            return Ok(name);
        }
        self.insert_rare(id)
    }

    /// Takes in a known id once more, unless its order still rests.
    #[inline]
    pub(crate) fn renew(
        &mut self,
        id: OrderId,
        rests: impl FnOnce(Name, Slot) -> bool,
    ) -> Result<Name, Refusal> {
        let name = self.name(id).expect("only known ids are renewed");
        let place = self.place_mut(name);
        if place.slot().is_some_and(|(slot, _)| rests(name, slot)) {
            return Err(Refusal::RepeatedId);
        }
        *place = Place::SEEN;
        Ok(name)
    }

    /// Notes where the order of `name` rests.
    pub(crate) fn place(&mut self, name: Name, slot: Slot, side: Side) {
        *self.place_mut(name) = Place::at(slot, side);
    }

    /// Where the order of `id` rested last, if it ever rested.
    pub(crate) fn find(&self, id: OrderId) -> Option<(Name, Slot, Side)> {
        let name = self.name(id)?;
        let place = match self.stray(name) {
            None => self.places[name.index()],
            Some(stray) => stray.place,
        };
        place.slot().map(|(slot, side)| (name, slot, side))
    }

    /// The id of `name`.
    pub(crate) fn id(&self, name: Name) -> OrderId {
        match self.stray(name) {
            None => OrderId::from(NonZeroU64::from(name.0)),
            Some(stray) => stray.id,
        }
    }

    pub(crate) fn reserve(&mut self, n_ids: usize) {
        let len = n_ids.saturating_add(1).min(Name::STRAY as usize);
        if len > self.places.len() {
            self.places.resize(len, Place::NEVER);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.strays.clear();
        self.numbers.clear();
        self.n_seen = 0;
    }

    #[inline]
    fn name(&self, id: OrderId) -> Option<Name> {
        if let Some(name) = Name::in_table(id)
            && let Some(&place) = self.places.get(name.index())
            && place != Place::NEVER
        {
            return Some(name);
        }
        if self.strays.is_empty() { None } else { self.stray_name(id) }
    }

    #[cold]
    fn stray_name(&self, id: OrderId) -> Option<Name> {
        self.numbers.get(&id.get()).map(|&number| Name::stray(number as usize))
    }

    /// Takes in an id where there are strays, or beyond the table, which grows if it stays
    /// densely used.
    #[cold]
    #[inline(never)]
    fn insert_rare(&mut self, id: OrderId) -> Result<Name, Refusal> {
        if self.is_known(id) {
            return Err(Refusal::RepeatedId);
        }
        let len_max = Self::TABLE_MIN.max(8 * (self.n_seen + 1)).min(Name::STRAY as usize);
        let len_max = len_max.max(self.places.len());
        let Some(name) = Name::in_table(id).filter(|name| name.index() < len_max) else {
            return self.insert_stray(id);
        };
        if name.index() >= self.places.len() {
            let len = (2 * self.places.len()).max(name.index() + 1).max(Self::TABLE_MIN);
            self.places.resize(len.min(len_max), Place::NEVER);
        }
        self.places[name.index()] = Place::SEEN;
        self.n_seen += 1;
        Ok(name)
    }

    fn insert_stray(&mut self, id: OrderId) -> Result<Name, Refusal> {
        if self.strays.len() >= Self::STRAYS_MAX {
            return Err(Refusal::Full);
        }
        let name = Name::stray(self.strays.len());
        self.numbers.insert(id.get(), name.0.get() & !Name::STRAY);
        self.strays.push(Stray { id, place: Place::SEEN });
        self.n_seen += 1;
        Ok(name)
    }

    fn stray(&self, name: Name) -> Option<&Stray> {
        let number = name.0.get() ^ Name::STRAY;
        if number >= Name::STRAY { None } else { Some(&self.strays[number as usize]) }
    }

    fn place_mut(&mut self, name: Name) -> &mut Place {
        let number = name.0.get() ^ Name::STRAY;
        if number >= Name::STRAY {
            &mut self.places[name.index()]
        } else {
            &mut self.strays[number as usize].place
        }
    }
}

impl Place {
    const NEVER: Self = Self(0);
    const SEEN: Self = Self(1);

    fn at(slot: Slot, side: Side) -> Self {
        Self(slot.0.get() << 1 | side as u32)
    }

    fn slot(self) -> Option<(Slot, Side)> {
        let side = if self.0 & 1 == Side::Buy as u32 { Side::Buy } else { Side::Sell };
        NonZeroU32::new(self.0 >> 1).map(|slot| (Slot(slot), side))
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mut z = self.0 ^ number;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.0 = z ^ (z >> 31);
    }
}
