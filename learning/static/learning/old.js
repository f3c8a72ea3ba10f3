/* For browsers that cannot study: written in the JavaScript of 2009, loaded by all, so that the page never stays dead.
   Shows the block .old-browser when something is missing or when the modules of the page did not start. */
(function () {
  function show() {
    document.documentElement.className += " is-old";
  }

  function canPlay() {
    var video = document.createElement("video");
    return !!(window.MediaSource || window.ManagedMediaSource ||
      (video.canPlayType && video.canPlayType("application/vnd.apple.mpegurl")));
  }

  function missing() {
    var insecure = window.isSecureContext === false; /* says so itself, in the camera's words */
    return !("noModule" in document.createElement("script")) || !window.WebSocket || !window.fetch || !canPlay() ||
      !(insecure || (navigator.mediaDevices && navigator.mediaDevices.getUserMedia));
  }

  function started() {
    return document.documentElement.getAttribute("data-started") !== null;
  }

  if (missing()) return show();
  window.addEventListener("load", function () {
    if (!started()) show();
  });
})();
