//! The built-in boards load, and every check names its field.

use frazil_boards::{Board, BoardError, Family, PllInput};

const ICEBREAKER: &str = include_str!("../boards/icebreaker.toml");

/// The error of a board file in which `from` was replaced by `to`.
fn error_after(from: &str, to: &str) -> BoardError {
    assert!(ICEBREAKER.contains(from), "{from:?} is not in the file");
    Board::from_toml("test.toml", &ICEBREAKER.replacen(from, to, 1)).expect_err("must be refused")
}

fn invalid_field(from: &str, to: &str) -> String {
    match error_after(from, to) {
        BoardError::Invalid { field, .. } => field,
        other => panic!("expected an invalid field, got {other:?}"),
    }
}

#[test]
fn all_boards_load_and_are_named_as_their_files() {
    let boards = Board::all().expect("all boards load");
    let names: Vec<_> = boards.iter().map(|board| board.name.as_str()).collect();
    assert_eq!(names, ["colorlight-i5", "hx8k-breakout", "icebreaker", "orangecrab-25f", "ulx3s-85f"]);
    assert_eq!(names, Board::names());
}

#[test]
fn every_board_has_whole_clocks_per_bit_and_sourced_notes() {
    for board in Board::all().expect("all boards load") {
        assert_eq!(board.clocks_per_bit() * board.link.baud, board.clock.target_hz, "{}", board.name);
        assert!(!board.notes.is_empty() && board.notes.iter().all(|note| !note.source.is_empty()));
        assert!(board.page.starts_with("https://"));
        assert!(board.loader.volatile || board.loader.persistent);
    }
}

#[test]
fn pins_and_parts_are_those_of_the_boards() {
    let ice = Board::load("icebreaker").expect("built in");
    assert_eq!((ice.device.family, ice.clock.crystal_hz), (Family::Ice40, 12_000_000));
    assert_eq!((ice.link.rx.as_str(), ice.link.tx.as_str()), ("6", "9"));
    assert_eq!(ice.clocks_per_bit(), 8);
    let ulx = Board::load("ulx3s-85f").expect("built in");
    assert_eq!((ulx.device.family, ulx.clock.pin.as_str()), (Family::Ecp5, "G2"));
    assert_eq!((ulx.link.rx.as_str(), ulx.link.tx.as_str()), ("M1", "L4"));
    assert_eq!(ulx.clocks_per_bit(), 40);
    let hx = Board::load("hx8k-breakout").expect("built in");
    assert_eq!((hx.clock.pin.as_str(), hx.clock.pll, hx.link.rx.as_str()), ("J3", PllInput::Core, "B10"));
    let crab = Board::load("orangecrab-25f").expect("built in");
    assert_eq!((crab.clock.pin.as_str(), crab.leds[0].pin.as_str()), ("A9", "K4"));
    let i5 = Board::load("colorlight-i5").expect("built in");
    assert_eq!((i5.clock.pin.as_str(), i5.link.rx.as_str(), i5.link.tx.as_str()), ("P3", "H18", "J17"));
}

#[test]
fn the_array_takes_what_the_fpga_has() {
    let taken = |name: &str| {
        let board = Board::load(name).expect("built in");
        let fabric = &board.fabric;
        (fabric.peak(), fabric.multipliers(), fabric.sprams(), fabric.block_rams(board.device.family))
    };
    assert_eq!(taken("icebreaker"), (16, 8, 4, 29));
    assert_eq!(taken("hx8k-breakout"), (8, 0, 0, 32));
    assert_eq!(taken("orangecrab-25f"), (48, 24, 0, 54));
    assert_eq!(taken("ulx3s-85f"), (256, 156, 0, 208));
}

#[test]
fn a_front_end_has_an_array_of_its_own() {
    let ice = Board::load("icebreaker").expect("built in");
    assert_eq!((ice.fabric(false).pixels, ice.fabric(true).pixels), (2, 1));
    let ulx = Board::load("ulx3s-85f").expect("built in");
    assert_eq!((ulx.fabric(false).pixels, ulx.fabric(true).pixels), (16, 4));
    // Without one, the only array is for both.
    let i5 = Board::load("colorlight-i5").expect("built in");
    assert_eq!(i5.fabric(true), &i5.fabric);
}

#[test]
fn a_board_survives_being_written_and_read_again() {
    for board in Board::all().expect("all boards load") {
        let text = toml::to_string(&board).expect("writes");
        assert_eq!(Board::from_toml("again.toml", &text).expect("reads"), board);
    }
}

#[test]
fn an_unknown_board_lists_the_known_ones() {
    let error = Board::load("icebraker").expect_err("no such board");
    assert_eq!(error.code(), "frazil::board::unknown");
    let text = error.to_string();
    assert!(text.starts_with("no board is called \"icebraker\"; the boards are colorlight-i5, "), "{text}");
    let hint = error.hint();
    assert!(
        hint.starts_with("use --board colorlight-i5 or ") && hint.ends_with(", or --board FILE.toml"),
        "{hint}"
    );
}

#[test]
fn a_users_file_is_read_by_its_path() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/boards/icebreaker.toml");
    assert_eq!(Board::load(path).expect("reads"), Board::load("icebreaker").expect("built in"));
    let missing = Board::load("no/such/board.toml").expect_err("missing");
    assert!(matches!(missing, BoardError::Read { .. }), "{missing:?}");
    assert!(missing.to_string().contains("no/such/board.toml"));
}

#[test]
fn broken_text_and_unknown_keys_are_parse_errors_with_the_place() {
    for (from, to) in [
        ("name = \"icebreaker\"", "name = "),
        ("target_hz", "target"),
        ("vid = 0x0403", "vid = 70000"),
        ("kind = \"uart\"", "kind = \"spi\""),
        ("pin = \"35\"\n", ""),
    ] {
        let error = error_after(from, to);
        assert!(matches!(error, BoardError::Parse { .. }), "{to:?}: {error:?}");
        assert!(error.to_string().contains("test.toml"));
        let source = std::error::Error::source(&error).expect("has a source").to_string();
        assert!(source.contains("line"), "{source}");
    }
}

#[test]
fn sites_are_those_that_the_device_has() {
    let good = include_str!("../boards/ulx3s-85f.toml");
    let invalid = |text: &str| match Board::from_toml("mine.toml", text) {
        Err(BoardError::Invalid { field, reason, .. }) => (field, reason),
        other => panic!("{other:?}"),
    };
    let sites = |reason: &str| ("device.sites".to_string(), reason.to_string());
    let fewer = good.replace("multiplier_rows = [10, 34, 58]", "multiplier_rows = [10, 34]");
    assert_eq!(invalid(&fewer), sites("must be 208 block RAMs and 156 multipliers"));
    let mixed = good.replace("columns = [4, 13,", "columns = [13, 4,");
    assert_eq!(invalid(&mixed), sites("must be lists that rise"));
    let ice = include_str!("../boards/icebreaker.toml");
    let ice = ice.replace(
        "[capacity]",
        "[device.sites]\ncolumns = []\nmultiplier_rows = []\nblock_ram_rows = []\n[capacity]",
    );
    assert_eq!(invalid(&ice), sites("is known of ECP5 only"));
}

#[test]
fn every_impossible_value_names_its_field() {
    for (from, to, field) in [
        ("name = \"icebreaker\"", "name = \"Ice Breaker\"", "name"),
        ("variant = \"up5k\"", "variant = \"up5k --seed\"", "device.variant"),
        ("package = \"sg48\"", "package = \"\"", "device.package"),
        ("pin = \"35\"", "pin = \"\"", "clock.pin"),
        ("rx = \"6\"", "rx = \"35\"", "link.rx"),
        ("pin = \"11\"", "pin = \"37\"", "leds.red.pin"),
        ("logic_cells = 5280", "logic_cells = 0", "capacity.logic_cells"),
        ("block_ram_bits = 4096", "block_ram_bits = 0", "capacity.block_ram_bits"),
        ("crystal_hz = 12_000_000", "crystal_hz = 0", "clock.crystal_hz"),
        ("target_hz = 24_000_000", "target_hz = 0", "clock.target_hz"),
        ("baud = 3_000_000", "baud = 0", "link.baud"),
        ("baud = 3_000_000", "baud = 12_000_000", "link.baud"),
        ("baud = 3_000_000", "baud = 4_500_000", "link.baud"),
        ("lanes = 8", "lanes = 0", "fabric.lanes"),
        ("lanes = 8", "lanes = 32", "fabric.lanes"),
        ("pixels = 2", "pixels = 0", "fabric.pixels"),
        ("requantisers = 1", "requantisers = 3", "fabric.requantisers"),
        ("pixels = 2\nrequantisers = 1", "pixels = 3\nrequantisers = 2", "fabric.requantisers"),
        ("sum_bits = 24", "sum_bits = 33", "fabric.sum_bits"),
        ("requant_bits = 24", "requant_bits = 23", "fabric.requant_bits"),
        ("requant_bits = 24", "requant_bits = 32", "fabric.requant_bits"),
        ("memory_words = 16384", "memory_words = 65537", "fabric.memory_words"),
        ("weight_words = 1024", "weight_words = 1000", "fabric.weight_words"),
        ("list_entries = 512", "list_entries = 32", "fabric.list_entries"),
        ("sprams = 4", "sprams = 0", "fabric.memory"),
        ("memory_words = 16384", "memory_words = 16385", "fabric"),
        ("weight_words = 1024", "weight_words = 2048", "fabric"),
        ("pixels = 2", "pixels = 3", "fabric"),
        ("multipliers = 8", "multipliers = 7", "fabric"),
        ("\"sb_mac16\"", "\"mult18_pair\"", "fabric.multiplier"),
        ("front]\nlanes = 8", "front]\nlanes = 7", "fabric_with_front.lanes"),
        ("front]\nlanes = 8", "front]\nlanes = 16", "fabric_with_front"),
        ("sck = \"15\"", "sck = \"35\"", "flash.sck"),
        ("\"14\", \"17\"", "\"14\", \"14\"", "flash.io[1]"),
        ("bytes = 0x100_0000", "bytes = 0x200_0000", "flash.bytes"),
        ("offset = 0x10_0000", "offset = 0x10_1000", "flash.offset"),
        ("offset = 0x10_0000", "offset = 0x100_0000", "flash.offset"),
        ("stream_words = 128", "stream_words = 100", "fabric.stream_words"),
        ("stream_words = 128", "stream_words = 512", "fabric.stream_words"),
        ("id = \"ice40_generic\"", "id = \"-b evil\"", "loader.id"),
    ] {
        assert_eq!(invalid_field(from, to), field, "{from} -> {to}");
    }
}

#[test]
fn pairs_of_pixels_share_a_multiplier() {
    let text = include_str!("../boards/ulx3s-85f.toml");
    let odd = text.replacen("pixels = 4\nrequantisers = 1", "pixels = 5\nrequantisers = 1", 1);
    let error = Board::from_toml("odd.toml", &odd).expect_err("must be refused");
    assert!(error.to_string().contains("pixels must be even"), "{error}");
}
