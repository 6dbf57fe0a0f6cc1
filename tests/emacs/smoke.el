;;; smoke.el --- The snippet of the guide in a real Emacs  -*- lexical-binding: t -*-

;; Run with: emacs --batch -Q -l snippet.el -l smoke.el; FINDSPOT_SAMPLE is a folder with a Git repository.

(require 'cl-lib)
(require 'ert)

(setq eglot-sync-connect 60
      eglot-connect-timeout 60
      eglot-confirm-server-initiated-edits nil)

(defvar smoke-folder (file-name-as-directory (getenv "FINDSPOT_SAMPLE")))

(defun smoke-open (name)
  "Visit the file NAME of the sample and connect."
  (find-file (expand-file-name name smoke-folder))
  (unless (eglot-current-server)
    (apply #'eglot (eglot--guess-contact)))
  (should (eglot-current-server))
  (cl-loop repeat 600
           for told = (jsonrpc-request (eglot-current-server) :findspot/status nil)
           until (equal (plist-get (aref (plist-get told :roots) 0) :state) "ready")
           do (accept-process-output nil 0.1)))

(defun smoke-shown ()
  "Return the text of the list of places."
  (with-current-buffer "*xref*" (buffer-substring-no-properties (point-min) (point-max))))

(ert-deftest smoke-a-sentence ()
  (smoke-open "shop/cart.py")
  (findspot "where is a rebate taken off the price")
  (should (string-match-p "apply_discount" (smoke-shown)))
  (with-current-buffer "*xref*"
    (goto-char (point-min))
    (search-forward "apply_discount")
    (xref-goto-xref))
  (should (string-suffix-p "shop/cart.py" (buffer-file-name))))

(ert-deftest smoke-unsaved-text ()
  (smoke-open "shop/cart.py")
  (goto-char (point-max))
  (insert "\n\ndef zebra_crossing():\n    return 1\n")
  (eglot--signal-textDocument/didChange)
  (findspot "zebra_crossing")
  (should (string-match-p "zebra_crossing" (smoke-shown)))
  (set-buffer-modified-p nil))

(ert-deftest smoke-the-cause-of-a-region ()
  (smoke-open "shop/checkout.py")
  (with-temp-buffer
    (insert "Traceback (most recent call last):\n  File \"shop/cart.py\", line 11, in apply_discount\nTypeError: no percent\n")
    (let ((server (with-current-buffer (find-file-noselect (expand-file-name "shop/checkout.py" smoke-folder))
                    (eglot-current-server)))
          (text (buffer-string)))
      (with-current-buffer (find-file-noselect (expand-file-name "shop/checkout.py" smoke-folder))
        (should server)
        (let ((inhibit-read-only t))
          (goto-char (point-max))
          (let ((begin (point)))
            (insert text)
            (findspot-cause begin (point)))
          (set-buffer-modified-p nil)))))
  (should (string-match-p "apply_discount" (smoke-shown))))

(ert-deftest smoke-symbols-take-a-sentence ()
  (smoke-open "shop/cart.py")
  (let ((found (jsonrpc-request (eglot-current-server) :workspace/symbol '(:query "take a rebate off"))))
    (should (> (length found) 0))))

(ert-run-tests-batch-and-exit)
;;; smoke.el ends here
