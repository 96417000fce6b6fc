<?php

require __DIR__ . '/../vendor/autoload.php';

header('Content-Type: text/plain');
echo Hello\Greeting::of(getenv('DEIS_RELEASE') ?: '?');
