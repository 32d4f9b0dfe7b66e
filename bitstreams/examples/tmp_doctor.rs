fn main(){ for c in frazil_flow::doctor(&frazil_flow::Tools::find()) { println!("{:16} {:?} {:?} {:?}", c.program, c.found.as_ref().map(|f|(f.how,f.native,f.version.clone())), c.problem, c.fix); } }
