// Made by `make docs` from the server's messages; do not edit.

/** The document that is being looked at. */
export interface ActiveDocument {
  /** the document */
  uri: string;
  /** where the cursor is */
  position?: PositionParams | null;
}

/** What an answer was made of (I-13). */
export interface AnswerStatus {
  /** where the index stands; of several roots the least finished */
  state: IndexState;
  /** the index agrees with the files, and all of it was searched */
  complete: boolean;
  /** words took part */
  lexical: boolean;
  /** meaning took part */
  dense: boolean;
  /** `applied`, or why the localization model was not, or how far it came */
  model: string;
  /** the localization model has scored some of the candidates */
  model_applied: boolean;
  /** files of the index */
  files: number;
  /** units of the index */
  chunks: number;
  /** time in the engine */
  elapsed_seconds: number;
  /** that the right place is in these roots at all; null if unknown */
  in_root_probability: number | null;
  /** how many of the first results make the best answer; 0 when the place is probably not here */
  suggested_length: number | null;
  /** where the query is a mere name or path: whether anything is called so */
  exact: boolean | null;
  /** no word of the query occurs in the index; the results are only similar in meaning */
  by_meaning: boolean;
  /** sentences to show above the list */
  notes: string[];
  /** anything else a person should know; may be empty */
  message: string;
}

/** `findspot/cause`: what lies behind an error, by its text, by a diagnostic, or by both. */
export interface CauseParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
  /** what was selected, printed by a terminal, or said by a test */
  text?: string | null;
  /** one that is shown in the file `uri` */
  diagnostic?: DiagnosticParams | null;
  /** the file that `diagnostic` or `text` comes from */
  uri?: string | null;
  /** how many results; if absent the answer chooses */
  top_k?: number | null;
  /** only results in these files and folders (URIs), and packages (by name) */
  scope?: string[];
  /** seconds; the setting `budget` if absent; 0 leaves the model out */
  budget?: number | null;
  /** what the editor shows */
  context?: EditorDocuments | null;
  /** `false` leaves `text` out of the results */
  include_text?: boolean;
}

/** `findspot/context`. */
export interface ContextParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** only results in these files, folders and packages (by name) */
  scope?: string[];
  /** only files of these types, by ripgrep's names, such as `py` */
  types?: string[];
  /** no files of these types */
  not_types?: string[];
  /** only files that these globs take in; `!` leaves out, the last that matches decides */
  globs?: string[];
  /** only files of these kinds: `code`, `docs`, `config`, `tests` */
  only?: ("code" | "docs" | "config" | "tests")[];
  /** folders to go down at most, 1 for what lies directly in `scope` */
  max_depth?: number | null;
  /** lines of ignore files; what they name is left out */
  ignored?: string[];
  /** a question, an issue, an error message, a stack trace */
  query: string;
  /** how many places at most; if absent the answer chooses */
  top_k?: number | null;
  /** seconds for the model; 10 if absent; 0 leaves it out */
  budget?: number | null;
  /** tokens of `text` at most, as SmolLM2's tokenizer counts */
  budget_tokens?: number;
  /** how `text` is written */
  format?: "markdown" | "json" | "xml";
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
  /** what the editor shows */
  context?: EditorDocuments | null;
}

/** A diagnostic as the protocol has it; what is not listed here is not read. */
export interface DiagnosticParams {
  /** what it says */
  message: string;
  /** where */
  range?: RangeParams | null;
  /** who says it, such as `mypy` */
  source?: string | null;
  /** its number or name */
  code?: number | string | null;
}

/** What a compiler or linter says of a document; the protocol's `Diagnostic` has more, which is not taken. */
export interface DocumentDiagnostic {
  /** the document */
  uri: string;
  /** the place that it is about */
  range?: RangeParams | null;
  /** what it says */
  message: string;
}

/** What an editor shows: what is near to it is raised. Documents that are no files of the workspace do not count. */
export interface EditorDocuments {
  /** the document that is being looked at */
  active?: ActiveDocument | null;
  /** URIs of open documents */
  open?: string[];
  /** URIs of documents edited lately, the last one first */
  recent?: string[];
  /** errors and warnings */
  diagnostics?: DocumentDiagnostic[];
  /** URIs of files that differ from the last commit */
  changed?: string[];
}

/** One reason why a result is where it is; `score` is comparable within its kind only. */
export interface Evidence {
  /** `lexical`, `dense`, `mention`, `graph`, `history`, `near`, `prior`, `model`, `explored`, or `score` for a step that made the score */
  kind: string;
  /** what matched, in words */
  detail: string;
  /** of this kind of evidence */
  score: number;
}

/** `findspot/index`. */
export interface IndexParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** throw the index away first */
  rebuild?: boolean;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
}

/** What a refresh did. */
export interface IndexReports {
  /** one for each folder */
  roots: RefreshReport[];
}

/** Where an index stands. */
export type IndexState = "empty" | "indexing" | "ready" | "aborted" | "failed";

/** The index of one root. One that cannot be opened is `failed` and has a `message`, no more. */
export interface IndexStatus {
  /** the folder, as results name it */
  root: string;
  /** where the index stands */
  state: IndexState;
  /** what has failed and is tried again; may be empty */
  message: string;
  /** the index agrees with the files: nothing waits to be read, nothing has failed */
  complete: boolean;
  /** files of the index */
  files: number;
  /** units of the index */
  chunks: number;
  /** chunks without an embedding */
  holes: number;
  /** size of the index on disk */
  size_bytes: number;
  /** files done in the run in progress */
  indexed: number;
  /** files to do in it */
  total: number | null;
  /** grows with every change of the index */
  generation: number;
  /** the model of static vectors */
  embedder: string | null;
  /** the localization model */
  localization_model: string | null;
  /** the learned rankers */
  ranker: string | null;
  /** another process is indexing this root; its work is waited for */
  other_process_indexing: boolean;
  /** files with a problem, by reason; some are indexed all the same */
  problems: Record<string, number>;
  /** the first files that ended their parser, indexed as plain text */
  quarantined: Problem[];
  /** files and folders left out, by reason; a folder counts as one */
  skipped: Record<string, number>;
}

/** `findspot/localize`. */
export interface LocalizeParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** only results in these files, folders and packages (by name) */
  scope?: string[];
  /** only files of these types, by ripgrep's names, such as `py` */
  types?: string[];
  /** no files of these types */
  not_types?: string[];
  /** only files that these globs take in; `!` leaves out, the last that matches decides */
  globs?: string[];
  /** only files of these kinds: `code`, `docs`, `config`, `tests` */
  only?: ("code" | "docs" | "config" | "tests")[];
  /** folders to go down at most, 1 for what lies directly in `scope` */
  max_depth?: number | null;
  /** lines of ignore files; what they name is left out */
  ignored?: string[];
  /** how many results; if absent the answer chooses, up to the setting `top_k` */
  top_k?: number | null;
  /** `false` leaves `text` out of the results */
  include_text?: boolean;
  /** what the editor shows */
  context?: EditorDocuments | null;
  /** cosine similarity of what is found by meaning alone; the setting `threshold` if absent */
  threshold?: number | null;
  /** add evidence of the kind `score`: the steps that made each score */
  explain?: boolean;
  /** an issue, an error message, a stack trace */
  text: string;
  /** what one result stands for */
  level?: "file" | "function";
  /** seconds; the setting `budget` if absent; 0 leaves the model out */
  budget?: number | null;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
}

/** Ranked results, best first, and what they were made of. */
export interface Answer {
  /** best first */
  results: Result[];
  /** what they were made of */
  status: AnswerStatus;
}

/** Ranked results, without their text, and one text that shows them. */
export interface Context {
  /** best first */
  results: Result[];
  /** what they were made of */
  status: AnswerStatus;
  /** a table of contents, then each place with its path, lines and code */
  text: string;
  /** how many tokens `text` has */
  tokens: number;
  /** whose tokens were counted */
  tokenizer: string;
}

/** The symbol that was meant, and places around it, the nearest first. */
export interface Related {
  /** the definition that was meant; null where none stands there */
  symbol: Result | null;
  /** code that uses it */
  callers: Result[];
  /** definitions that it uses */
  callees: Result[];
  /** tests that use it */
  tests: Result[];
  /** code of similar meaning */
  neighbours: Result[];
  /** what they were made of */
  status: AnswerStatus;
}

/** One place, by URI and range; its lines count from 0. */
export interface Result {
  /** the root it belongs to */
  root: string;
  /** the file, relative to the root, with `/` */
  path: string;
  /** qualified name inside the file, such as `Uploader.schedule_retry` */
  symbol: string | null;
  /** `function`, `method`, `class`, `module`, `section`, `window`, `file`, or a kind of symbol */
  kind: string;
  /** higher is better; comparable inside one answer */
  score: number;
  /** how likely this is the right place; null where that is not known */
  probability: number | null;
  /** 1 is the best */
  rank: number;
  /** `localized` once the localization model has ranked it, `explored` where tools were used */
  stage: "hybrid" | "localized" | "explored";
  /** why it is here */
  evidence: Evidence[];
  /** the text that was indexed is the text that the file or buffer holds now */
  fresh: boolean;
  /** where the query is a mere name or path: whether this place is called so */
  exact: boolean | null;
  /** the line that matches best; null where no word of the question occurs */
  best_line: number | null;
  /** the lines that match, at most 20, in order */
  matches: number[];
  /** the text of the place as it is now; absent where it was not asked for */
  text?: string;
  /** `text` ends early, after the last whole line within 16,000 bytes */
  truncated?: boolean;
  /** the file */
  uri: string;
  /** the place in it */
  range: Range;
}

/** A place in a text. */
export interface Position {
  /** from 0 */
  line: number;
  /** from 0, counted as `initialize` has agreed */
  character: number;
}

/** A place in a text, as the protocol counts. */
export interface PositionParams {
  /** from 0 */
  line: number;
  /** from 0 */
  character: number;
}

/** What is wrong with one file. */
export interface Problem {
  /** the file, relative to the root, with `/` */
  path: string;
  /** the reason */
  kind: ProblemKind;
  /** the same in words, and what to do */
  message: string;
}

/** Why a file is not, or not fully, in the index. */
export type ProblemKind = "binary" | "too large" | "minified" | "generated" | "data file" | "not valid text" | "not UTF-8" | "unreadable" | "not a regular file" | "syntax errors" | "quarantined" | "not a valid notebook" | "hidden" | "ignored" | "link" | "another checkout" | "another worktree" | "bare repository" | "not checked out" | "bookkeeping" | "ignore file";

/** From a position up to another, without it. */
export interface Range {
  /** where it begins */
  start: Position;
  /** where it ends */
  end: Position;
}

/** From one place of a text to another. */
export interface RangeParams {
  /** where it begins */
  start: PositionParams;
  /** where it ends */
  end: PositionParams;
}

/** What a refresh of one root did; `problems` are those of single files that it met. */
export interface RefreshReport {
  /** the folder, as results name it */
  root: string;
  /** where the index stands now */
  state: IndexState;
  /** files that are new */
  added: number;
  /** files that were read again */
  changed: number;
  /** files that are gone */
  removed: number;
  /** files that are as they were */
  unchanged: number;
  /** new vectors */
  embedded: number;
  /** files, of those added or changed, that were prepared before, for another root or branch */
  reused: number;
  /** by the clock */
  seconds: number;
  /** files and folders left out, by reason; a folder counts as one */
  skipped: Record<string, number>;
  /** those of single files that the refresh met */
  problems: Problem[];
}

/** `findspot/related`: what is connected with the symbol at a place. */
export interface RelatedParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
  /** the file */
  uri: string;
  /** the place in it, such as that of the cursor */
  position: PositionParams;
  /** how many places of each kind at most; the setting `top_k` if absent */
  top_k?: number | null;
  /** `false` leaves `text` out of the results */
  include_text?: boolean;
}

/** `findspot/search`. */
export interface SearchParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** only results in these files, folders and packages (by name) */
  scope?: string[];
  /** only files of these types, by ripgrep's names, such as `py` */
  types?: string[];
  /** no files of these types */
  not_types?: string[];
  /** only files that these globs take in; `!` leaves out, the last that matches decides */
  globs?: string[];
  /** only files of these kinds: `code`, `docs`, `config`, `tests` */
  only?: ("code" | "docs" | "config" | "tests")[];
  /** folders to go down at most, 1 for what lies directly in `scope` */
  max_depth?: number | null;
  /** lines of ignore files; what they name is left out */
  ignored?: string[];
  /** how many results at most; the setting `top_k` if absent */
  top_k?: number | null;
  /** `false` leaves `text` out of the results */
  include_text?: boolean;
  /** what the editor shows */
  context?: EditorDocuments | null;
  /** cosine similarity of what is found by meaning alone; the setting `threshold` if absent */
  threshold?: number | null;
  /** add evidence of the kind `score`: the steps that made each score */
  explain?: boolean;
  /** what is looked for */
  query: string;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
}

/** Who answers. */
export interface ServerInfo {
  /** `findspot` */
  name: string;
  /** of the server */
  version: string;
}

/** What the server is doing. */
export interface ServerStatus {
  /** who answers */
  server: ServerInfo;
  /** questions in work at this moment */
  running_requests: number;
  /** one for each folder */
  roots: IndexStatus[];
}

/** `findspot/status`. */
export interface StatusParams {
  /** one root of several, as the client names it; all of them if absent */
  root?: string | null;
  /** progress for this request */
  workDoneToken?: number | string | null;
  /** send the instant list first */
  partialResultToken?: number | string | null;
  /** names a list that is typed into; its newer request ends the older */
  picker?: string | null;
}

/** What each request takes and gives. */
export interface Methods {
  "findspot/search": { params: SearchParams; answer: Answer };
  "findspot/localize": { params: LocalizeParams; answer: Answer };
  "findspot/cause": { params: CauseParams; answer: Answer };
  "findspot/related": { params: RelatedParams; answer: Related };
  "findspot/context": { params: ContextParams; answer: Context };
  "findspot/status": { params: StatusParams; answer: ServerStatus };
  "findspot/index": { params: IndexParams; answer: IndexReports };
}
