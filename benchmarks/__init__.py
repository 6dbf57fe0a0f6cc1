"""Speed, memory and hit quality of Findspot, measured beside ripgrep and a plain BM25; never part of the wheel."""
