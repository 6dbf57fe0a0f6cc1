/** What goes to the server and comes back. Made by `make docs` from the server's own declaration; do not edit. */

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Evidence {
  kind: string;
  detail: string;
  score: number;
}

export interface Result {
  root: string;
  path: string;
  symbol: string | null;
  kind: string;
  score: number;
  probability: number | null;
  rank: number;
  stage: "hybrid" | "localized";
  evidence: Evidence[];
  fresh: boolean;
  exact: boolean | null;
  best_line: number | null;
  matches: number[];
  text?: string;
  truncated: boolean;
  uri: string;
  range: Range;
}

export type State = "empty" | "indexing" | "ready" | "aborted" | "failed";

export interface AnswerStatus {
  state: State;
  complete: boolean;
  lexical: boolean;
  dense: boolean;
  model: string;
  model_applied: boolean;
  files: number;
  chunks: number;
  elapsed_seconds: number;
  in_root_probability: number | null;
  suggested_length: number | null;
  exact: boolean | null;
  by_meaning: boolean;
  notes: string[];
  message: string;
}

export interface Answer {
  results: Result[];
  status: AnswerStatus;
}

export interface IndexStatus {
  root: string;
  state: State;
  message: string;
  complete: boolean;
  files: number;
  chunks: number;
  size_bytes: number;
  indexed: number;
  total: number | null;
  other_process_indexing: boolean;
  problems: Record<string, number>;
  skipped: Record<string, number>;
}

export interface StatusAnswer {
  server: { name: string; version: string };
  running_requests: number;
  roots: IndexStatus[];
}
