//! Ranges of addresses, of IPv4 and IPv6 alike: an address is a number of 32 or 128 bits.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Call, MAX_ELEMENTS, Outcome, Problem, argument, limited};
use crate::eval::value::Value;

/// A range of addresses: all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cidr {
    /// How many bits an address has: 32 or 128.
    bits: u32,
    /// The first address.
    first: u128,
    /// How many bits are the same, at most `bits`.
    prefix: u32,
}

/// What is wrong with a text that is to be a range of addresses, in words.
pub fn check(text: &str) -> Result<(), String> {
    Cidr::parse(text).map(drop)
}

/// The value of a method of a range, if there is one of this name.
pub(super) fn method(text: &str, call: &Call<'_>) -> Option<Outcome> {
    let parsed = || Cidr::parse(text).or_else(argument);
    Some(match call.name {
        "prefix" => parsed().map(|range| Value::Int(i64::from(range.prefix))),
        "network" => parsed().map(|range| Value::text(range.address(range.first))),
        "netmask" => parsed().map(|range| Value::text(range.address(range.mask()))),
        "host" => parsed().and_then(|range| range.host(call.int(0)?)).map(Value::text),
        "subnet" => parsed().and_then(|range| range.subnet(call.int(0)?, call.int(1)?)).map(Value::text),
        "subnets" => parsed().and_then(|range| subnets(range, call)),
        "contains_range" => parsed().and_then(|range| Ok(Value::Bool(range.contains(Cidr::argument(call)?)))),
        "overlaps" => parsed().and_then(|range| {
            let other = Cidr::argument(call)?;
            Ok(Value::Bool(range.contains(other) || other.contains(range)))
        }),
        _ => return None,
    })
}

fn subnets(range: Cidr, call: &Call<'_>) -> Outcome {
    let parts = range.subnets(call.int(0)?, call.int(1)?)?;
    limited(parts.into_iter().map(|part| call.located(Value::text(part.to_string()))).collect())
}

impl Cidr {
    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(address, prefix)| {
            // `+16` and `016` are no prefixes.
            let digits = prefix.bytes().all(|digit| digit.is_ascii_digit());
            let plain = digits && (prefix.len() == 1 || !prefix.starts_with('0'));
            Some((address.parse().ok()?, prefix.parse().ok().filter(|_| plain)?))
        });
        let Some((address, prefix)) = parts else {
            return Err(format!("`{text}` is not a range of addresses, such as `10.0.0.0/16`"));
        };
        let (bits, first) = match address {
            IpAddr::V4(address) => (32, u128::from(u32::from(address))),
            IpAddr::V6(address) => (128, u128::from(address)),
        };
        if prefix > bits {
            return Err(format!("the prefix of `{text}` must be at most {bits}"));
        }
        let found = Self { bits, first, prefix };
        let range = Self { first: first & found.mask(), ..found };
        if range == found {
            return Ok(range);
        }
        Err(format!("`{text}` has bits set after its prefix; the range is `{range}`"))
    }

    fn argument(call: &Call<'_>) -> Outcome<Self> {
        Self::parse(call.text(0)?).or_else(argument)
    }

    /// How many bits tell the addresses of the range apart.
    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    /// The greatest position of an address. Not the number of addresses: that of `::/0` needs 129 bits.
    fn last_position(self) -> u128 {
        u128::MAX.checked_shr(128 - self.host_bits()).unwrap_or(0)
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shr(128 - self.bits).unwrap_or(0) & !self.last_position()
    }

    fn address(self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(address) if self.bits == 32 => Ipv4Addr::from(address).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    /// The address at a position; -1 is the last.
    fn host(self, position: i64) -> Outcome<String> {
        let last = self.last_position();
        let distance = u128::from(position.unsigned_abs());
        let at = if position < 0 { last.checked_sub(distance - 1) } else { Some(distance) };
        match at {
            Some(at) if at <= last => Ok(self.address(self.first | at)),
            _ => Err(Problem::OutOfBounds(format!("`{self}` has no address at {position}")).into()),
        }
    }

    /// The part with a longer prefix at a position.
    fn subnet(self, prefix: i64, position: i64) -> Outcome<String> {
        let Some(longer) =
            u32::try_from(prefix).ok().filter(|prefix| (self.prefix..=self.bits).contains(prefix))
        else {
            let (least, most) = (self.prefix, self.bits);
            return argument(format!(
                "the prefix of a part of `{self}` must be from {least} to {most}, found {prefix}"
            ));
        };
        match u128::try_from(position).ok().and_then(|position| self.part(longer, position)) {
            Some(part) => Ok(part.to_string()),
            None => Err(Problem::OutOfBounds(format!("`{self}` has no part /{longer} at {position}")).into()),
        }
    }

    /// The first parts that leave each so many host bits, as `Fn::Cidr` counts them.
    fn subnets(self, count: i64, host_bits: i64) -> Outcome<Vec<Self>> {
        let most = self.host_bits();
        let Some(bits) = u32::try_from(host_bits).ok().filter(|bits| *bits <= most) else {
            return argument(format!(
                "a part of `{self}` can have from 0 to {most} host bits, found {host_bits}"
            ));
        };
        let Some(count) = usize::try_from(count).ok().filter(|count| (1..=MAX_ELEMENTS).contains(count))
        else {
            return argument(format!("the number of parts must be from 1 to {MAX_ELEMENTS}, found {count}"));
        };
        let parts: Option<Vec<Self>> = (0..count as u128).map(|at| self.part(self.bits - bits, at)).collect();
        match parts {
            Some(parts) => Ok(parts),
            None => argument(format!("`{self}` has fewer than {count} parts with {bits} host bits")),
        }
    }

    /// The part with this prefix, which is not shorter than the range's, at a position.
    fn part(self, prefix: u32, position: u128) -> Option<Self> {
        let part = Self { prefix, ..self };
        // The last position of a range of as many bits as tell the parts apart.
        let last = u128::MAX.checked_shr(128 - (prefix - self.prefix)).unwrap_or(0);
        let offset = position.checked_shl(part.host_bits()).unwrap_or(0);
        (position <= last).then_some(Self { first: self.first | offset, ..part })
    }

    /// Whether the other lies in it; of two families neither lies in the other.
    fn contains(self, other: Self) -> bool {
        self.bits == other.bits && self.prefix <= other.prefix && other.first & self.mask() == self.first
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(self.first), self.prefix)
    }
}

#[cfg(test)]
mod tests;
