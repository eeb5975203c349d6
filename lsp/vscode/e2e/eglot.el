;;; The language server in Emacs, as the README sets it up, without a window: a finding, and an edit that mends what was
;; found. -*- lexical-binding: t -*-
;;
;;     PATH=…:$PATH CI_README=…/README.md emacs --batch -Q -l eglot.el src/orders.ci

;; Before Emacs 29 Eglot is a package of its own, which -Q does not look for.
(unless (require 'eglot nil t)
  (require 'package)
  (add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
  (package-initialize)
  (require 'eglot))
(require 'flymake)

(with-temp-buffer
  (insert-file-contents (getenv "CI_README"))
  (search-forward "```elisp\n")
  (narrow-to-region (point) (save-excursion (search-forward "\n```") (match-beginning 0)))
  (eval-buffer))

(defun ci-say (&rest words)
  (princ (concat (apply #'format words) "\n")))

(defun ci-fail (&rest words)
  (apply #'ci-say words)
  (kill-emacs 1))

(defun ci-wait (what check)
  "Wait until CHECK is true."
  (let ((end (+ (float-time) 30)))
    (while (not (funcall check))
      ;; Without a window nothing is ever idle: what is typed is sent when asked for.
      (run-hooks 'post-command-hook)
      (eglot--signal-textDocument/didChange)
      (flymake-start)
      (when (> (float-time) end) (ci-fail "FAILED: %s: not within 30 s" what))
      (accept-process-output nil 0.05))))

(defun ci-finding ()
  "What was found about `missing', as text."
  (when-let ((found (seq-find (lambda (each) (string-search "missing" (flymake-diagnostic-text each)))
                              (flymake-diagnostics))))
    (flymake-diagnostic-text found)))

;; The files of the command line are opened too late: this file is read before.
(let ((file (expand-file-name (car command-line-args-left)))
      (eglot-sync-connect 30)
      (eglot-send-changes-idle-time 0.1))
  (setq command-line-args-left nil)
  (with-current-buffer (find-file-noselect file)
    (apply #'eglot--connect (eglot--guess-contact))
    (unless (eglot-current-server) (ci-fail "FAILED: no server"))
    (ci-say "connected")
    (goto-char (point-max))
    (insert "const WRONG: Int = missing;\n")
    (ci-wait "a finding" #'ci-finding)
    (ci-say "finding: %s" (car (split-string (ci-finding) "\n")))
    (goto-char (point-max))
    (forward-line -1)
    (delete-region (point) (point-max))
    (ci-wait "no finding" (lambda () (not (ci-finding))))
    (ci-say "mended")
    (set-buffer-modified-p nil)
    (eglot-shutdown (eglot-current-server))
    (kill-emacs 0)))
