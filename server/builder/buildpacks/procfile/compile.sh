# Procfile alone: the pushed tree is the app. A script bin/compile builds what must be built.

if [ -x bin/compile ]; then
  say 'Building (bin/compile)'
  indented bin/compile || fail 'bin/compile failed'
else
  say 'Taking the files as they are'
fi
