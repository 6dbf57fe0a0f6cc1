"""Writes what the trained weights say to a set of texts, for the tests to compare the shipped model with.

The tests run without torch, so they cannot ask the trained model themselves. The vectors are those of
sentence-transformers in float32, cut at the number of tokens that the server reads of a document: neither our tokenizer,
nor our conversion, nor llama.cpp has a part in them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from findspot.inference.llama import DOCUMENT_TOKENS
from findspot_training import source

_CODE = '''def retry(call, attempts=3, delay=0.5):
    """Call again after a failure, waiting longer each time."""
    for attempt in range(attempts):
        try:
            return call()
        except TimeoutError:
            if attempt + 1 == attempts:
                raise
            time.sleep(delay * 2 ** attempt)
'''

TEXTS = (
    "where are upload retries scheduled",
    "parseHTTPBody_v2",
    "get_user",
    _CODE,
    "func (s *Server) Close() error {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\treturn s.ln.Close()\n}",
    "impl<T: Clone> From<&[T]> for Stack<T> { fn from(items: &[T]) -> Self { Self(items.to_vec()) } }",
    "$total += $price ** 2 // $count; /* why? */ if ($a !== $b && !$c) { return @$x['k']; }",
    "Traceback (most recent call last):\n  File \"app/views.py\", line 88, in post\nKeyError: 'csrf_token'",
    "src/http/upload.py UploadManager.schedule\ndef schedule(self, job)\nPut a job into the queue.",
    "https://example.com/a/b-c_d?e=f&g=%20h#top",
    "0xDEADBEEF 1e-9 3.14159 v2.10.0-rc.1+build.5 192.168.0.1",
    "Straße, café, naïve, Ångström, señor, İstanbul",
    "Где планируется повторная загрузка? ΣΊΣΥΦΟΣ ώθησε",
    "上传重试在哪里安排 東京 こんにちは",
    "업로드 재시도 예약",
    "फ़ाइल अपलोड पुनः प्रयास שלום مرحبا สวัสดี",
    "zero\u200bwidth no\u00a0break soft\u00adhyphen \ufeffmark e\u0301 \U0001f680 ½ ™ €",
    "x" * 140 + " = 1",
    "a",
    _CODE * 12,
    "The scheduler drops a job when the queue is full, although the documentation says that it waits. " * 20,
)


def write(weights: Path, target: Path) -> None:
    """Write the texts with the vectors of ``weights``, rounded to six places, to ``target`` as JSON.

    ``weights`` is the file of float32 weights that a training leaves in its working folder.
    """
    torch, library = source.library("torch"), source.library("sentence_transformers")
    if not weights.is_file():
        raise source.TrainingError(f"{weights}: no such file; the recipe of the localization model leaves it in --work")
    model: Any = library.SentenceTransformer(str(source.model_folder()), device="cpu", local_files_only=True)
    trained = {name: torch.from_numpy(value) for name, value in source.read_tensors(weights).items()}
    model[0].auto_model.load_state_dict(trained, strict=False)
    model.max_seq_length = DOCUMENT_TOKENS
    vectors = model.encode(list(TEXTS), normalize_embeddings=True)
    rows = [
        json.dumps({"text": text, "vector": [round(float(number), 6) for number in vector]})
        for text, vector in zip(TEXTS, vectors, strict=True)
    ]
    target.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8", newline="\n")
