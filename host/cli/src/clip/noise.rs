//! Value noise on integers: the clip's textures.

/// One well-mixed byte of a lattice point.
fn lattice(x: i64, y: i64, seed: u32) -> i64 {
    let mut h = seed ^ (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841);
    for shift in [15, 13, 16] {
        h = (h ^ (h >> shift)).wrapping_mul(0x2c1b_3c6d);
    }
    i64::from(h >> 24)
}

/// `3 t^2 - 2 t^3` of `t` in 1/256.
fn smooth(t: i64) -> i64 {
    (t * t * (768 - 2 * t)) >> 16
}

/// Value noise with one lattice point every `cell` pixels, 0 to 255.
pub fn value(x: i64, y: i64, cell: i64, seed: u32) -> i64 {
    let (column, row) = (x.div_euclid(cell), y.div_euclid(cell));
    let (u, v) = (smooth(x.rem_euclid(cell) * 256 / cell), smooth(y.rem_euclid(cell) * 256 / cell));
    let mix = |a: i64, b: i64, t: i64| a * (256 - t) + b * t;
    let top = mix(lattice(column, row, seed), lattice(column + 1, row, seed), u);
    let bottom = mix(lattice(column, row + 1, seed), lattice(column + 1, row + 1, seed), u);
    mix(top, bottom, v) >> 16
}

/// Octaves of value noise, each with half the cell and three quarters of the weight of the one before;
/// 0 to 255.
pub fn octaves(x: i64, y: i64, cell: i64, count: u32, seed: u32) -> i64 {
    let (mut sum, mut weights, mut weight, mut cell) = (0, 0, 256, cell);
    for octave in 0..count {
        sum += weight * value(x, y, cell.max(1), seed.wrapping_add(octave));
        weights += weight;
        weight = weight * 3 / 4;
        cell /= 2;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_uses_its_range_and_is_continuous() {
        let row: Vec<i64> = (0..4000).map(|x| value(x, 7, 16, 1)).collect();
        assert!(row.iter().all(|v| (0..256).contains(v)));
        assert!(row.iter().min().unwrap() < &30 && row.iter().max().unwrap() > &225);
        assert!(row.windows(2).all(|p| (p[0] - p[1]).abs() < 30));
    }
}
