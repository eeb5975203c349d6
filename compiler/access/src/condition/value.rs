//! Values of conditions that are not texts: numbers, moments, ranges of addresses.

use std::net::IpAddr;

/// A number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A moment, in seconds since 1970: that number itself, a day, or a day and a time as in ISO 8601.
pub(super) fn date(text: &str) -> Option<f64> {
    if let Some(seconds) = number(text) {
        // A bare year would be a number too.
        return (seconds > 9999.0).then_some(seconds);
    }
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March, so that leap days come last.
    let years = if month <= 2 { year - 1 } else { year };
    let months = (month + 9) % 12;
    let days = 365 * years + years.div_euclid(4) - years.div_euclid(100)
        + years.div_euclid(400)
        + (153 * months + 2) / 5
        + day
        - 1
        - 719_468;
    let seconds = time.map_or(Some(0.0), time_of_day)?;
    Some(f64::from(days) * 86_400.0 + seconds)
}

fn time_of_day(text: &str) -> Option<f64> {
    let (time, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let mut parts = time.splitn(3, ':').map(number);
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0.0))?;
    let ahead = match offset.split_at(1) {
        ("Z" | "z", "") => 0.0,
        (sign, offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
            let ahead = number(hours)? * 3600.0 + number(minutes)? * 60.0;
            if sign == "-" { -ahead } else { ahead }
        }
    };
    Some(hours * 3600.0 + minutes * 60.0 + seconds - ahead)
}

/// A range of addresses of one version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    is_v6: bool,
    first: u128,
    last: u128,
}

impl Addresses {
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.first && other.last <= self.last
    }

    /// The addresses at its ends, within and without.
    pub(super) fn edges(&self) -> Vec<IpAddr> {
        let address = |number: u128| match (self.is_v6, u32::try_from(number)) {
            (true, _) => Some(IpAddr::from(number.to_be_bytes())),
            (false, Ok(number)) => Some(IpAddr::from(number.to_be_bytes())),
            (false, Err(_)) => None,
        };
        let edges = [Some(self.first), Some(self.last), self.first.checked_sub(1), self.last.checked_add(1)];
        edges.into_iter().flatten().filter_map(address).collect()
    }
}

/// An address, or a range in CIDR notation.
pub(super) fn addresses(text: &str) -> Option<Addresses> {
    let (address, length) =
        text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let (is_v6, number, bits) = match address.parse().ok()? {
        IpAddr::V4(address) => (false, u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (true, address.to_bits(), 128),
    };
    let length = length.map_or(Some(bits), |length| length.parse().ok())?;
    let free = u32::checked_sub(bits, length)?;
    let mask = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    Some(Addresses { is_v6, first: number & !mask, last: number | mask })
}
