---@meta findspot.messages
-- Made by `make docs` from the server's messages; do not edit.

--- The document that is being looked at.
---@class findspot.ActiveDocument
---@field uri string the document
---@field position? findspot.PositionParams|nil where the cursor is

--- What an answer was made of (I-13).
---@class findspot.AnswerStatus
---@field state findspot.IndexState where the index stands; of several roots the least finished
---@field complete boolean the index agrees with the files, and all of it was searched
---@field lexical boolean words took part
---@field dense boolean meaning took part
---@field model string `applied`, or why the localization model was not, or how far it came
---@field model_applied boolean the localization model has scored some of the candidates
---@field files integer files of the index
---@field chunks integer units of the index
---@field elapsed_seconds number time in the engine
---@field in_root_probability number|nil that the right place is in these roots at all; null if unknown
---@field suggested_length integer|nil how many of the first results make the best answer; 0 when the place is probably not here
---@field exact boolean|nil where the query is a mere name or path: whether anything is called so
---@field by_meaning boolean no word of the query occurs in the index; the results are only similar in meaning
---@field notes string[] sentences to show above the list
---@field message string anything else a person should know; may be empty

--- `findspot/cause`: what lies behind an error, by its text, by a diagnostic, or by both.
---@class findspot.CauseParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older
---@field text? string|nil what was selected, printed by a terminal, or said by a test
---@field diagnostic? findspot.DiagnosticParams|nil one that is shown in the file `uri`
---@field uri? string|nil the file that `diagnostic` or `text` comes from
---@field top_k? integer|nil how many results; if absent the answer chooses
---@field scope? string[] only results in these files and folders (URIs), and packages (by name)
---@field budget? number|nil seconds; the setting `budget` if absent; 0 leaves the model out
---@field context? findspot.EditorDocuments|nil what the editor shows
---@field include_text? boolean `false` leaves `text` out of the results

--- `findspot/context`.
---@class findspot.ContextParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field scope? string[] only results in these files, folders and packages (by name)
---@field types? string[] only files of these types, by ripgrep's names, such as `py`
---@field not_types? string[] no files of these types
---@field globs? string[] only files that these globs take in; `!` leaves out, the last that matches decides
---@field only? ("code"|"docs"|"config"|"tests")[] only files of these kinds: `code`, `docs`, `config`, `tests`
---@field max_depth? integer|nil folders to go down at most, 1 for what lies directly in `scope`
---@field ignored? string[] lines of ignore files; what they name is left out
---@field query string a question, an issue, an error message, a stack trace
---@field top_k? integer|nil how many places at most; if absent the answer chooses
---@field budget? number|nil seconds for the model; 10 if absent; 0 leaves it out
---@field budget_tokens? integer tokens of `text` at most, as SmolLM2's tokenizer counts
---@field format? "markdown"|"json"|"xml" how `text` is written
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older
---@field context? findspot.EditorDocuments|nil what the editor shows

--- A diagnostic as the protocol has it; what is not listed here is not read.
---@class findspot.DiagnosticParams
---@field message string what it says
---@field range? findspot.RangeParams|nil where
---@field source? string|nil who says it, such as `mypy`
---@field code? integer|string|nil its number or name

--- What a compiler or linter says of a document; the protocol's `Diagnostic` has more, which is not taken.
---@class findspot.DocumentDiagnostic
---@field uri string the document
---@field range? findspot.RangeParams|nil the place that it is about
---@field message string what it says

--- What an editor shows: what is near to it is raised. Documents that are no files of the workspace do not count.
---@class findspot.EditorDocuments
---@field active? findspot.ActiveDocument|nil the document that is being looked at
---@field open? string[] URIs of open documents
---@field recent? string[] URIs of documents edited lately, the last one first
---@field diagnostics? findspot.DocumentDiagnostic[] errors and warnings
---@field changed? string[] URIs of files that differ from the last commit

--- One reason why a result is where it is; `score` is comparable within its kind only.
---@class findspot.Evidence
---@field kind string `lexical`, `dense`, `mention`, `graph`, `history`, `near`, `prior`, `model`, `explored`, or `score` for a step that made the score
---@field detail string what matched, in words
---@field score number of this kind of evidence

--- `findspot/index`.
---@class findspot.IndexParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field rebuild? boolean throw the index away first
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older

--- What a refresh did.
---@class findspot.IndexReports
---@field roots findspot.RefreshReport[] one for each folder

--- Where an index stands.
---@alias findspot.IndexState "empty"|"indexing"|"ready"|"aborted"|"failed"

--- The index of one root. One that cannot be opened is `failed` and has a `message`, no more.
---@class findspot.IndexStatus
---@field root string the folder, as results name it
---@field state findspot.IndexState where the index stands
---@field message string what has failed and is tried again; may be empty
---@field complete boolean the index agrees with the files: nothing waits to be read, nothing has failed
---@field files integer files of the index
---@field chunks integer units of the index
---@field holes integer chunks without an embedding
---@field size_bytes integer size of the index on disk
---@field indexed integer files done in the run in progress
---@field total integer|nil files to do in it
---@field generation integer grows with every change of the index
---@field embedder string|nil the model of static vectors
---@field localization_model string|nil the localization model
---@field ranker string|nil the learned rankers
---@field other_process_indexing boolean another process is indexing this root; its work is waited for
---@field problems table<string, integer> files with a problem, by reason; some are indexed all the same
---@field quarantined findspot.Problem[] the first files that ended their parser, indexed as plain text
---@field skipped table<string, integer> files and folders left out, by reason; a folder counts as one

--- `findspot/localize`.
---@class findspot.LocalizeParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field scope? string[] only results in these files, folders and packages (by name)
---@field types? string[] only files of these types, by ripgrep's names, such as `py`
---@field not_types? string[] no files of these types
---@field globs? string[] only files that these globs take in; `!` leaves out, the last that matches decides
---@field only? ("code"|"docs"|"config"|"tests")[] only files of these kinds: `code`, `docs`, `config`, `tests`
---@field max_depth? integer|nil folders to go down at most, 1 for what lies directly in `scope`
---@field ignored? string[] lines of ignore files; what they name is left out
---@field top_k? integer|nil how many results; if absent the answer chooses, up to the setting `top_k`
---@field include_text? boolean `false` leaves `text` out of the results
---@field context? findspot.EditorDocuments|nil what the editor shows
---@field threshold? number|nil cosine similarity of what is found by meaning alone; the setting `threshold` if absent
---@field explain? boolean add evidence of the kind `score`: the steps that made each score
---@field text string an issue, an error message, a stack trace
---@field level? "file"|"function" what one result stands for
---@field budget? number|nil seconds; the setting `budget` if absent; 0 leaves the model out
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older

--- Ranked results, best first, and what they were made of.
---@class findspot.Answer
---@field results findspot.Result[] best first
---@field status findspot.AnswerStatus what they were made of

--- Ranked results, without their text, and one text that shows them.
---@class findspot.Context
---@field results findspot.Result[] best first
---@field status findspot.AnswerStatus what they were made of
---@field text string a table of contents, then each place with its path, lines and code
---@field tokens integer how many tokens `text` has
---@field tokenizer string whose tokens were counted

--- The symbol that was meant, and places around it, the nearest first.
---@class findspot.Related
---@field symbol findspot.Result|nil the definition that was meant; null where none stands there
---@field callers findspot.Result[] code that uses it
---@field callees findspot.Result[] definitions that it uses
---@field tests findspot.Result[] tests that use it
---@field neighbours findspot.Result[] code of similar meaning
---@field status findspot.AnswerStatus what they were made of

--- One place, by URI and range; its lines count from 0.
---@class findspot.Result
---@field root string the root it belongs to
---@field path string the file, relative to the root, with `/`
---@field symbol string|nil qualified name inside the file, such as `Uploader.schedule_retry`
---@field kind string `function`, `method`, `class`, `module`, `section`, `window`, `file`, or a kind of symbol
---@field score number higher is better; comparable inside one answer
---@field probability number|nil how likely this is the right place; null where that is not known
---@field rank integer 1 is the best
---@field stage "hybrid"|"localized"|"explored" `localized` once the localization model has ranked it, `explored` where tools were used
---@field evidence findspot.Evidence[] why it is here
---@field fresh boolean the text that was indexed is the text that the file or buffer holds now
---@field exact boolean|nil where the query is a mere name or path: whether this place is called so
---@field best_line integer|nil the line that matches best; null where no word of the question occurs
---@field matches integer[] the lines that match, at most 20, in order
---@field text? string the text of the place as it is now; absent where it was not asked for
---@field truncated? boolean `text` ends early, after the last whole line within 16,000 bytes
---@field uri string the file
---@field range findspot.Range the place in it

--- A place in a text.
---@class findspot.Position
---@field line integer from 0
---@field character integer from 0, counted as `initialize` has agreed

--- A place in a text, as the protocol counts.
---@class findspot.PositionParams
---@field line integer from 0
---@field character integer from 0

--- What is wrong with one file.
---@class findspot.Problem
---@field path string the file, relative to the root, with `/`
---@field kind findspot.ProblemKind the reason
---@field message string the same in words, and what to do

--- Why a file is not, or not fully, in the index.
---@alias findspot.ProblemKind "binary"|"too large"|"minified"|"generated"|"data file"|"not valid text"|"not UTF-8"|"unreadable"|"not a regular file"|"syntax errors"|"quarantined"|"not a valid notebook"|"hidden"|"ignored"|"link"|"another checkout"|"another worktree"|"bare repository"|"not checked out"|"bookkeeping"|"ignore file"

--- From a position up to another, without it.
---@class findspot.Range
---@field start findspot.Position where it begins
---@field end findspot.Position where it ends

--- From one place of a text to another.
---@class findspot.RangeParams
---@field start findspot.PositionParams where it begins
---@field end findspot.PositionParams where it ends

--- What a refresh of one root did; `problems` are those of single files that it met.
---@class findspot.RefreshReport
---@field root string the folder, as results name it
---@field state findspot.IndexState where the index stands now
---@field added integer files that are new
---@field changed integer files that were read again
---@field removed integer files that are gone
---@field unchanged integer files that are as they were
---@field embedded integer new vectors
---@field reused integer files, of those added or changed, that were prepared before, for another root or branch
---@field seconds number by the clock
---@field skipped table<string, integer> files and folders left out, by reason; a folder counts as one
---@field problems findspot.Problem[] those of single files that the refresh met

--- `findspot/related`: what is connected with the symbol at a place.
---@class findspot.RelatedParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older
---@field uri string the file
---@field position findspot.PositionParams the place in it, such as that of the cursor
---@field top_k? integer|nil how many places of each kind at most; the setting `top_k` if absent
---@field include_text? boolean `false` leaves `text` out of the results

--- `findspot/search`.
---@class findspot.SearchParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field scope? string[] only results in these files, folders and packages (by name)
---@field types? string[] only files of these types, by ripgrep's names, such as `py`
---@field not_types? string[] no files of these types
---@field globs? string[] only files that these globs take in; `!` leaves out, the last that matches decides
---@field only? ("code"|"docs"|"config"|"tests")[] only files of these kinds: `code`, `docs`, `config`, `tests`
---@field max_depth? integer|nil folders to go down at most, 1 for what lies directly in `scope`
---@field ignored? string[] lines of ignore files; what they name is left out
---@field top_k? integer|nil how many results at most; the setting `top_k` if absent
---@field include_text? boolean `false` leaves `text` out of the results
---@field context? findspot.EditorDocuments|nil what the editor shows
---@field threshold? number|nil cosine similarity of what is found by meaning alone; the setting `threshold` if absent
---@field explain? boolean add evidence of the kind `score`: the steps that made each score
---@field query string what is looked for
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older

--- Who answers.
---@class findspot.ServerInfo
---@field name string `findspot`
---@field version string of the server

--- What the server is doing.
---@class findspot.ServerStatus
---@field server findspot.ServerInfo who answers
---@field running_requests integer questions in work at this moment
---@field roots findspot.IndexStatus[] one for each folder

--- `findspot/status`.
---@class findspot.StatusParams
---@field root? string|nil one root of several, as the client names it; all of them if absent
---@field workDoneToken? integer|string|nil progress for this request
---@field partialResultToken? integer|string|nil send the instant list first
---@field picker? string|nil names a list that is typed into; its newer request ends the older
