;;; The language server in Emacs, without a window: a finding, and an edit that mends what was found. -*- lexical-binding: t -*-
;;
;;     CI_SERVER=…/cleaninfra emacs --batch -Q -l eglot.el src/orders.ci

;; Before Emacs 29 Eglot is a package of its own, which -Q does not look for.
(unless (require 'eglot nil t)
  (package-initialize)
  (require 'eglot))
(require 'flymake)

(define-derived-mode ci-mode prog-mode "ci")
(add-to-list 'auto-mode-alist '("\\.ci\\'" . ci-mode))
(add-to-list 'eglot-server-programs `(ci-mode ,(getenv "CI_SERVER") "language-server"))

(defun ci-say (&rest words)
  (princ (concat (apply #'format words) "\n")))

(defun ci-fail (&rest words)
  (apply #'ci-say words)
  (kill-emacs 1))

(defun ci-wait (what check)
  "Wait until CHECK is true."
  (let ((end (+ (float-time) 30)))
    (while (not (funcall check))
      (when (> (float-time) end) (ci-fail "FAILED: %s: not within 30 s" what))
      (accept-process-output nil 0.05))))

(defun ci-finding ()
  "What was found about `missing', as text."
  (when-let ((found (seq-find (lambda (each) (string-search "missing" (flymake-diagnostic-text each)))
                              (flymake-diagnostics))))
    (flymake-diagnostic-text found)))

;; Files of the command line are opened after all words of it were read.
(add-hook
 'emacs-startup-hook
 (lambda ()
   (with-current-buffer (find-file-noselect (expand-file-name "src/orders.ci"))
     (let ((eglot-sync-connect 30))
       (apply #'eglot--connect (eglot--guess-contact)))
     (unless (eglot-current-server) (ci-fail "FAILED: no server"))
     (ci-say "connected")
     (flymake-mode 1)
     (goto-char (point-max))
     (insert "const WRONG: Int = missing;\n")
     (run-hooks 'post-command-hook)
     (flymake-start)
     (ci-wait "a finding" (lambda () (flymake-start) (ci-finding)))
     (ci-say "finding: %s" (car (split-string (ci-finding) "\n")))
     (erase-buffer)
     (insert-file-contents (expand-file-name "src/orders.ci"))
     (ci-wait "no finding" (lambda () (flymake-start) (not (ci-finding))))
     (ci-say "mended")
     (set-buffer-modified-p nil)
     (kill-emacs 0))))
