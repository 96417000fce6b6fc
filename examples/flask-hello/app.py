import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return f"Powered by {os.environ.get('POWERED_BY', 'Flask')}, {os.environ.get('DEIS_RELEASE', 'no release')}\n"
