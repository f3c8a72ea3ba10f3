// Whether this browser has decoders for the lessons: some systems leave them out, and say so only when a video fails.
const KIND = 'video/mp4; codecs="avc1.64001E,mp4a.40.2"';

export function canDecode() {
  const source = window.MediaSource ?? window.ManagedMediaSource;
  return source ? source.isTypeSupported(KIND) : document.createElement("video").canPlayType(KIND) !== "";
}
