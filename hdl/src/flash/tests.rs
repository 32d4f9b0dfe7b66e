use super::*;

/// Sends bits, the first dummy clocks included, and reads half bytes.
fn read(chip: &mut FlashChip, bits: u64, count: usize) -> Vec<u8> {
    chip.select(true);
    chip.select(false);
    for i in (0..40).rev() {
        chip.rise(bits >> i & 1 == 1);
        chip.fall();
    }
    let nibbles = (0..count).map(|_| {
        let data = chip.data();
        chip.rise(false);
        chip.fall();
        data
    });
    nibbles.collect()
}

#[test]
fn the_flash_answers_the_quad_read_only() {
    let mut chip = FlashChip::new(0x10_0000, vec![0x12, 0x34, 0xAB]);
    let command = u64::from(COMMAND) << 32;
    assert_eq!(read(&mut chip, command | 0x10_0000 << 8, 8), [1, 2, 3, 4, 10, 11, 15, 15]);
    assert_eq!(read(&mut chip, command | 0x10_0001 << 8, 2), [3, 4]);
    assert!(chip.drives());
    assert_eq!(read(&mut chip, command | 0x0F_FFFF << 8, 4), [15, 15, 1, 2]);
    assert_eq!(read(&mut chip, 0x0B << 32 | 0x10_0000 << 8, 4), [15; 4]);
    assert!(!chip.drives());
}

#[test]
fn a_simulated_board_knows_its_flash() {
    let text = board(&FlashSpec { ring_words: 16, offset: 0x20_0000 }, 600, "/some/file");
    assert!(text.contains("content [0:599]") && text.contains("24'd2097152") && text.contains("/some/file"));
    assert_eq!(hex(&[0, 0xA5]), "00\na5\n");
}
