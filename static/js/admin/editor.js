/* global CKEDITOR, judgeFile */
// CKEditor as our articles need it. Stands after ckeditor.js in the same list of scripts (publishing.richtext).

{
  const words = document.getElementById("editor-script").dataset;
  const csrfToken = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    // At the default priority: earlier the request is not open yet and takes no header.
    editor.on("fileUploadRequest", (event) => {
      event.data.fileLoader.xhr.setRequestHeader("X-CSRFToken", csrfToken());
    });
    // Without a frame the text stands in the admin's own page; it wears the rules of the public one.
    editor.on("contentDom", () => editor.editable().addClass("prose"));
    // The button describes the picture that is selected; without one it brings a new one.
    editor.on("beforeCommandExec", (event) => {
      if (event.data.name !== "image" || editor.widgets.focused) return;
      event.cancel();
      bringPicture(editor);
    });
  });

  CKEDITOR.on("dialogDefinition", ({ data: { name, definition } }) => {
    if (name === "image2") askForDescription(definition);
  });

  // Let the user choose a file, put it where the cursor is as if it had been pasted, and ask what it shows.
  function bringPicture(editor) {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/png,image/jpeg,image/gif,image/webp";
    input.addEventListener("change", () => {
      const refusal = judgeFile(input.files[0], JSON.parse(document.getElementById("library-script").dataset.options));
      if (refusal) {
        editor.showNotification(refusal, "warning");
        return;
      }
      const transfer = new DataTransfer();
      transfer.items.add(input.files[0]);
      const onArrival = editor.widgets.on("instanceCreated", ({ data: widget }) => {
        if (widget.name !== "image") return; // the placeholder during the upload
        onArrival.removeListener();
        setTimeout(() => widget.edit());
      });
      editor.focus();
      editor.editable().$.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }),
      );
    });
    input.click();
  }

  // A picture says what it shows, or says that it is decorative: alt="" and role="presentation".
  function askForDescription(definition) {
    // Its upload is a frame with an inline script, and an address of elsewhere would not be kept.
    definition.removeContents("Upload");
    const info = definition.getContents("info");
    info.remove("src");
    info.add(
      {
        id: "decorative",
        type: "checkbox",
        label: words.decorative,
        setup(widget) {
          this.setValue(widget.parts.image.getAttribute("role") === "presentation");
        },
        commit(widget) {
          const image = widget.parts.image;
          if (this.getValue()) image.setAttribute("role", "presentation");
          else image.removeAttribute("role");
        },
      },
      "hasCaption",
    );
    const description = info.get("alt");
    description.label = words.alternative; // the word of the library
    description.validate = function () {
      const isDecorative = this.getDialog().getValueOf("info", "decorative");
      return isDecorative || this.getValue().trim() !== "" || words.undescribed;
    };
    const commit = description.commit;
    description.commit = function (widget) {
      if (this.getDialog().getValueOf("info", "decorative")) this.setValue("");
      commit.call(this, widget);
    };
  }
}
