package web

import (
	"net/http"

	"lcshealth/report/web/auth"
	"lcshealth/report/web/guard"
)

type signInForm struct {
	Next  string
	Name  string
	Error string
}

func (s *Server) signInPage(w http.ResponseWriter, req *http.Request) error {
	next := guard.SafeNext(req.URL.Query().Get("next"))
	if _, ok := auth.FromContext(req.Context()); ok { // or nobody has to
		http.Redirect(w, req, next, http.StatusSeeOther)
		return nil
	}
	return s.show(w, req, http.StatusOK, "signin.gohtml", page{Title: "Sign in", Body: signInForm{Next: next}})
}

func (s *Server) signIn(w http.ResponseWriter, req *http.Request) error {
	next := guard.SafeNext(req.PostFormValue("next"))
	if _, err := s.router.SignIn(w, req); err != nil {
		status, text := guard.SignInStatus(err), err.Error()
		if status == http.StatusServiceUnavailable {
			text = "nobody can be signed in at the moment; the log says why"
		}
		return s.show(w, req, status, "signin.gohtml", page{Title: "Sign in", Body: signInForm{next, req.PostFormValue("name"), title(text)}})
	}
	http.Redirect(w, req, next, http.StatusSeeOther)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, req *http.Request) error {
	s.router.SignOut(w, req)
	http.Redirect(w, req, "/sign-in?done=signed-out", http.StatusSeeOther)
	return nil
}
