//! Methods of numbers, durations and sizes.

use super::compose::float_text;
use super::{Call, MAX_TEXT, Outcome, Problem, argument, mismatch, too_long};
use crate::eval::value::Value;

/// 2^63, the first number that is too large for an `Int`.
pub(super) const END: f64 = 9_223_372_036_854_775_808.0;

/// The value of a method of a whole number. It may stand where a `Float` is wanted, so it has those methods, too.
pub(super) fn int(known: i64, call: &Call<'_>) -> Outcome {
    Ok(match call.name {
        "to_string" => Value::text(known.to_string()),
        "to_float" => Value::Float(widened(known)),
        "round" | "floor" | "ceil" => Value::Int(known),
        "abs" => Value::Int(known.checked_abs().ok_or(Problem::Overflow)?),
        "min" | "max" => match call.argument(0)?.value {
            Value::Float(_) => return float(widened(known), call),
            _ if call.name == "min" => Value::Int(known.min(call.int(0)?)),
            _ => Value::Int(known.max(call.int(0)?)),
        },
        "clamp" => {
            let (least, most) = (call.int(0)?, call.int(1)?);
            if least > most {
                return argument(format!(
                    "the lower end must not be above the upper end {most}, found {least}"
                ));
            }
            Value::Int(known.clamp(least, most))
        }
        "pow" => Value::Int(power(known, call.int(0)?)?),
        "pad" => {
            let width = call.count(0, "the width")?;
            if width > MAX_TEXT {
                return Err(too_long().into());
            }
            padded(known, width)
        }
        _ => return Err(call.no_method()),
    })
}

/// The value of a method of a number.
pub(super) fn float(known: f64, call: &Call<'_>) -> Outcome {
    Ok(match call.name {
        "to_string" => Value::text(float_text(known)),
        "round" => whole(known.round())?,
        "floor" => whole(known.floor())?,
        "ceil" => whole(known.ceil())?,
        "abs" => Value::Float(known.abs()),
        "min" | "max" => {
            let other = call.argument(0)?;
            let number = match other.value {
                Value::Float(number) => number,
                Value::Int(number) => widened(number),
                _ => return Err(mismatch(other, "a number")),
            };
            Value::Float(if call.name == "min" { known.min(number) } else { known.max(number) })
        }
        _ => return Err(call.no_method()),
    })
}

/// The value of a method of a duration.
pub(super) fn duration(seconds: i64, call: &Call<'_>) -> Outcome {
    let (unit, name) = match call.name {
        "seconds" => (1, "seconds"),
        "minutes" => (60, "minutes"),
        "hours" => (60 * 60, "hours"),
        "days" => (24 * 60 * 60, "days"),
        _ => return Err(call.no_method()),
    };
    in_unit(seconds, "s", unit, name)
}

/// The value of a method of a size.
pub(super) fn size(bytes: i64, call: &Call<'_>) -> Outcome {
    let (unit, name) = match call.name {
        "bytes" => (1, "bytes"),
        "kib" => (1 << 10, "KiB"),
        "mib" => (1 << 20, "MiB"),
        "gib" => (1 << 30, "GiB"),
        _ => return Err(call.no_method()),
    };
    in_unit(bytes, "B", unit, name)
}

fn in_unit(amount: i64, suffix: &str, unit: i64, name: &str) -> Outcome {
    if amount % unit == 0 {
        Ok(Value::Int(amount / unit))
    } else {
        argument(format!("{amount}{suffix} is not a whole number of {name}"))
    }
}

/// The sum of two amounts of one kind.
pub(super) fn sum(left: &Value, right: &Value) -> Option<Result<Value, Problem>> {
    let whole = |sum: Option<i64>, kind: fn(i64) -> Value| sum.map(kind).ok_or(Problem::Overflow);
    let finite = |sum: f64| if sum.is_finite() { Ok(Value::Float(sum)) } else { Err(Problem::Overflow) };
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => whole(left.checked_add(*right), Value::Int),
        (Value::Duration(left), Value::Duration(right)) => whole(left.checked_add(*right), Value::Duration),
        (Value::Size(left), Value::Size(right)) => whole(left.checked_add(*right), Value::Size),
        (Value::Float(left), Value::Float(right)) => finite(left + right),
        (Value::Float(float), Value::Int(int)) | (Value::Int(int), Value::Float(float)) => {
            finite(float + widened(*int))
        }
        _ => return None,
    })
}

fn power(base: i64, exponent: i64) -> Outcome<i64> {
    if exponent < 0 {
        return argument(format!("the exponent must not be negative, found {exponent}"));
    }
    match (base, u32::try_from(exponent)) {
        (_, Ok(exponent)) => Ok(base.checked_pow(exponent).ok_or(Problem::Overflow)?),
        (0 | 1, Err(_)) => Ok(base),
        (-1, Err(_)) => Ok(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => Err(Problem::Overflow.into()),
    }
}

/// With zeros between the sign, which counts, and the digits.
fn padded(known: i64, width: usize) -> Value {
    let sign = if known < 0 { "-" } else { "" };
    let digits = known.unsigned_abs().to_string();
    let zeros = "0".repeat(width.saturating_sub(sign.len() + digits.len()));
    Value::text(format!("{sign}{zeros}{digits}"))
}

fn whole(number: f64) -> Outcome {
    if (-END..END).contains(&number) { Ok(Value::Int(number as i64)) } else { Err(Problem::Overflow.into()) }
}

/// The nearest `Float`.
#[expect(clippy::cast_precision_loss, reason = "that is what `to_float` means")]
fn widened(known: i64) -> f64 {
    known as f64
}
