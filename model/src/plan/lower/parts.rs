//! Weights wider than a byte, as sums of bytes: the array multiplies the same operand once for each part.

/// Number of int8 parts of a value; none of 0.
pub fn count(value: i32) -> usize {
    let largest = if value < 0 { 128 } else { 127 };
    value.unsigned_abs().div_ceil(largest) as usize
}

/// Part `index` of a value: as large as possible until nothing is left.
pub fn part(value: i32, index: usize) -> i8 {
    let largest = if value < 0 { 128 } else { 127 };
    let left = i64::from(value.unsigned_abs()) - index as i64 * largest;
    let part = left.clamp(0, largest);
    (if value < 0 { -part } else { part }) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        for value in -2050..=2050 {
            let sum: i32 = (0..count(value)).map(|index| i32::from(part(value, index))).sum();
            assert_eq!(sum, value);
            assert_eq!(part(value, count(value)), 0);
        }
        assert_eq!(
            [count(0), count(127), count(128), count(-128), count(-129), count(255)],
            [0, 1, 2, 1, 2, 3]
        );
    }
}
