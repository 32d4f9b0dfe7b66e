use super::*;

const FLASH: FlashCapacity = FlashCapacity { ring_words: 16, bytes: 1 << 20 };

/// Convolutions of growing weight and shrinking work.
fn network() -> Chain {
    let mut chain = Chain::new(3, Shape::new(12, 12, 4));
    let window = |kernel, stride| Window {
        kernel: (kernel, kernel),
        stride: (stride, stride),
        padding: Padding::Same,
    };
    assert!(chain.conv(window(3, 2), 16) && chain.conv(window(3, 2), 32) && chain.conv(window(3, 1), 32));
    chain
}

fn on(memory_words: usize, flash: Option<FlashCapacity>) -> Result<Plan, PlanError> {
    plan(&network().graph, 0, &Capacity { memory_words, flash, ..small() }, PLAIN)
}

fn small() -> Capacity {
    Capacity { weight_words: 1024, list_entries: 512, ..capacity(8, 2) }
}

#[test]
fn what_does_not_fit_comes_from_the_flash() {
    let whole = on(4096, Some(FLASH)).unwrap();
    assert!(whole.program.stream.is_empty() && whole.flash_probe().is_none(), "all fits");
    assert_eq!(whole.program, on(4096, None).unwrap().program);
    let image = Random(4).image(Shape::new(12, 12, 4));
    let mut streamed = Vec::new();
    for memory_words in [2048, 1024, 512] {
        assert!(matches!(on(memory_words, None), Err(PlanError::Memory { .. })));
        let plan = on(memory_words, Some(FLASH)).unwrap();
        assert_reference(&network().graph, &plan, &image);
        assert_eq!(Plan::from_json(&plan.to_json().unwrap()).unwrap(), plan);
        let layers = &plan.program.layers;
        let words: usize = layers.iter().map(|layer| layer.streamed_words).sum();
        assert_eq!(words * 8, plan.program.stream.len());
        assert!(plan.program.clocks() >= 2 * plan.program.stream.len() as u64);
        let end = plan.program.image_address + plan.program.image.len() / 8;
        assert!(end <= memory_words - FLASH.ring_words);
        let used = plan.summary().memory;
        assert_eq!((used[0].used, used[3].used), ((end + 16) * 8, plan.program.stream.len()));
        streamed.push(layers.iter().map(|layer| layer.streamed_words > 0).collect::<Vec<_>>());
    }
    // The last layer has the most weights for its work: it stays longest.
    assert_eq!(streamed[0].iter().filter(|s| **s).count(), 1, "{streamed:?}");
    assert!(matches!(on(64, Some(FLASH)), Err(PlanError::Memory { .. })));
    assert!(matches!(on(512, Some(FlashCapacity { bytes: 64, ..FLASH })), Err(PlanError::Memory { .. })));
}

#[test]
fn headers_say_where_the_next_group_is() {
    let mut mixed = 0;
    for memory_words in [2048, 1024, 512] {
        let plan = on(memory_words, Some(FLASH)).unwrap();
        let memory = interpret::load(&plan);
        let descriptors = plan.program.image.chunks(descriptor::BYTES).map(Descriptor::unpack);
        let layers = descriptors.take_while(|d| d.get(Field::Op) == Code::Layer as u16);
        let (mut flash, mut end) = (0, None);
        for layer in layers {
            let (mut at, begins) = (usize::from(layer.get(Field::Stream)), flash);
            assert_eq!(at, end.unwrap_or(at), "what is in memory follows itself");
            let (begin, mut streamed) = (at, layer.streamed());
            for _ in 0..layer.groups() {
                let (bytes, at) =
                    if streamed { (&plan.program.stream, &mut flash) } else { (&memory, &mut at) };
                let header = stream::Header::unpack_streamed(&bytes[8 * *at..]);
                *at += 1 + header.words();
                streamed = header.next_streamed;
            }
            assert!(!streamed, "after the last group there is none");
            mixed += usize::from(at > begin && flash > begins);
            end = Some(at);
        }
        assert_eq!(8 * flash, plan.program.stream.len());
        assert_eq!(8 * end.unwrap(), 8 * plan.program.image_address + plan.program.image.len());
    }
    assert!(mixed > 1, "{mixed} layers have groups of both kinds");
}

#[test]
fn the_first_word_names_the_whole_stream() {
    let plan = on(512, Some(FLASH)).unwrap();
    let probe = plan.flash_probe().unwrap();
    assert_eq!((probe.address, &probe.expected[..]), ((512 - 16) * 8, &plan.program.stream[..8]));
    let mut other = plan.program.stream.clone();
    *other.last_mut().unwrap() ^= 1;
    crate::plan::flash::seal(&mut other, 8);
    assert_ne!(other[..8], plan.program.stream[..8]);
    // The probe's program runs, and computes nothing.
    let mut memory = vec![0; 512 * 8];
    memory[..probe.program.len()].copy_from_slice(&probe.program);
    let before = memory.clone();
    interpret::run(&plan, &mut memory, 0).unwrap();
    assert_eq!(memory, before);
}

#[test]
fn broken_streams_are_refused() {
    let good = on(512, Some(FLASH)).unwrap();
    let broken = |change: fn(&mut Plan)| {
        let mut plan = good.clone();
        change(&mut plan);
        (plan.check(), interpret::evaluate(&plan, &mut interpret::load(&plan), &[0; 576]))
    };
    let (check, run) = broken(|plan| plan.program.stream.truncate(800));
    assert_eq!(check, Ok(()));
    assert!(matches!(run, Err(InterpretError::Flash { .. })), "{run:?}");
    assert!(matches!(
        broken(|plan| plan.program.stream.truncate(801)).0,
        Err(PlanError::Inconsistent { .. })
    ));
    assert!(matches!(broken(|plan| plan.capacity.flash = None).0, Err(PlanError::Inconsistent { .. })));
    let wrong = |flash: FlashCapacity| Capacity { flash: Some(flash), ..small() }.check();
    assert!(matches!(
        wrong(FlashCapacity { ring_words: 17, ..FLASH }),
        Err(PlanError::Capacity { value: 17, .. })
    ));
    let quad = Capacity { flash: Some(FLASH), ..quads() };
    assert!(matches!(quad.check(), Err(PlanError::Capacity { .. })));
}
