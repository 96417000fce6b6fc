// Answers every request, and ends when it is told to, after the requests under way.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gorilla/mux"
)

func main() {
	router := mux.NewRouter()
	router.HandleFunc("/hello/{name}", func(answer http.ResponseWriter, request *http.Request) {
		fmt.Fprintf(answer, "Hello %s\n", mux.Vars(request)["name"])
	})
	router.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(answer, "Hello from Go, release %s\n", os.Getenv("DEIS_RELEASE"))
	})
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: router}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() {
		<-stop.Done()
		grace, done := context.WithTimeout(context.Background(), 8*time.Second)
		defer done()
		_ = server.Shutdown(grace)
	}()
	log.Printf("listening on %s", server.Addr)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
