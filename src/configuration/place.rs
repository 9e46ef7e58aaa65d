//! Places in a YAML text. A parsed value does not remember where it stood, so the place of a path is found by
//! walking the text again and stopping there with an error, which carries line and column.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The way from the top of the document to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Path {
    pub(crate) fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Returns line and column, from 1, of the value at this path.
    pub(crate) fn value_in(&self, text: &str) -> Option<(usize, usize)> {
        self.find(text, false)
    }

    /// Returns line and column, from 1, of the key that this path ends with.
    pub(crate) fn key_in(&self, text: &str) -> Option<(usize, usize)> {
        self.find(text, true)
    }

    fn find(&self, text: &str, key: bool) -> Option<(usize, usize)> {
        let walk = Walk { steps: &self.0, key };
        let stopped = walk.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
        let location = stopped.location()?;
        Some((location.line(), location.column()))
    }
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    steps: &'a [Step],
    /// Whether the last key is looked for, not its value.
    key: bool,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.steps.first() {
            None => deserializer.deserialize_any(Stop),
            Some(_) => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value on the way")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), rest)) = self.steps.split_first() else {
            return Err(A::Error::custom("not a map's key"));
        };
        let stop = self.key && rest.is_empty();
        while let Some(found) = map.next_key_seed(Key { wanted, stop })? {
            if found {
                map.next_value_seed(Walk { steps: rest, key: self.key })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        // A merged key (`<<`) stands elsewhere; its map is the closest place there is.
        Err(A::Error::custom("no such key"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((Step::Index(wanted), rest)) = self.steps.split_first() else {
            return Err(A::Error::custom("not a list's index"));
        };
        for _ in 0..*wanted {
            items.next_element::<IgnoredAny>()?;
        }
        items.next_element_seed(Walk { steps: rest, key: self.key })?;
        Err(A::Error::custom("no such item"))
    }
}

/// Reads a key and tells whether it is the one wanted.
struct Key<'a> {
    wanted: &'a str,
    stop: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        let found = key == self.wanted;
        if found && self.stop { Err(E::custom("here")) } else { Ok(found) }
    }
}

/// Refuses whatever it is given, which is how the walk ends at its goal.
struct Stop;

impl Visitor<'_> for Stop {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}
